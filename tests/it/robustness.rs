//! Hostile, broken and odd files, killed runs and damaged indexes: nothing of it may stop the
//! program, slow it down beyond its limits, or cost the documents beside it.
//!
//! `REFERENT_DAMAGED` sets how many damaged copies are read (default 120) and adds the costly bombs;
//! `REFERENT_CORPUS` and `REFERENT_FORMATS` name further folders whose files are damaged too.

mod bombs;
mod bytes;
mod damage;
mod index;
mod odd;
mod peak;
