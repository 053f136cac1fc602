//! Why a request of a program was refused, as JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::question::restriction::Refusal;
use crate::render::json::Problem;
use crate::web::failure::Failure;

/// A request that was refused.
#[derive(Debug)]
pub(in crate::web) struct Refused {
    status: StatusCode,
    error: String,
}

impl Refused {
    fn new(status: StatusCode, error: impl Into<String>) -> Refused {
        Refused {
            status,
            error: error.into(),
        }
    }

    /// A parameter is wrong.
    pub(super) fn parameter(error: impl Into<String>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn no_document() -> Refused {
        Refused::new(
            StatusCode::NOT_FOUND,
            "there is no document with this id: /api/v1/documents lists those there are",
        )
    }

    pub(super) fn nowhere() -> Refused {
        Refused::new(
            StatusCode::NOT_FOUND,
            "there is nothing at this address: /api/v1/openapi.json describes what there is",
        )
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let status = match refusal {
            Refusal::NoDate(_) => StatusCode::BAD_REQUEST,
            // Nothing is there that was asked for.
            Refusal::Unknown { .. } | Refusal::Reversed { .. } => StatusCode::NOT_FOUND,
        };
        Refused::new(status, refusal.to_string())
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Refused {
        match error.downcast::<Refusal>() {
            Ok(refusal) => refusal.into(),
            Err(error) => {
                let failure = Failure::from(error);
                Refused::new(StatusCode::from(&failure), said(&failure))
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(Problem { error: self.error })).into_response()
    }
}

/// A failure of the guard, for a program.
pub(in crate::web) fn response(failure: &Failure) -> Response {
    Refused::new(StatusCode::from(failure), said(failure)).into_response()
}

fn said(failure: &Failure) -> String {
    match failure {
        Failure::Nowhere => {
            "there is nothing at this address: /api/v1/openapi.json describes what there is"
                .to_owned()
        }
        Failure::Wrong(id) => format!("something went wrong here: the log tells more under {id}"),
        Failure::Busy => "too many ask at once: ask again in two seconds".to_owned(),
        Failure::TooSlow => "it took too long: ask again, or ask for less".to_owned(),
        Failure::TooLarge => "the body is too large: send none".to_owned(),
        Failure::AddressTooLong => "the address is too long: shorten the parameters".to_owned(),
        Failure::OtherHost => {
            "the request names another host: use the address that the program prints".to_owned()
        }
        Failure::OtherSite => "the request comes from another site: ask from a program".to_owned(),
    }
}
