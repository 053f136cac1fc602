//! What is counted while the program runs, for those who watch over it.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What a question came from, and what it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    platform: String,
    command: String,
}

/// Where something happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct On {
    platform: String,
}

/// What is counted.
#[derive(Debug, Clone)]
pub struct Metrics {
    questions: Family<Asked, Counter>,
    declined: Family<Asked, Counter>,
    seconds: Family<On, Histogram, fn() -> Histogram>,
    failed: Family<On, Counter>,
    /// Interactions that Discord had stopped to wait for.
    pub late: Counter,
    /// Questions that wait for a processor.
    pub waiting: Gauge,
}

/// A figure that is read when somebody looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it is called.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
    /// The figure, for each value of a label where there is one.
    pub values: Vec<(Option<(&'static str, String)>, f64)>,
}

/// Bounds of the time an answer takes, in seconds.
const BOUNDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0,
];

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Metrics {
        Metrics {
            questions: Family::default(),
            declined: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            failed: Family::default(),
            late: Counter::default(),
            waiting: Gauge::default(),
        }
    }

    /// Counts a question that was answered or declined.
    pub fn answered(&self, platform: &str, command: &str, declined: bool, took: Duration) {
        let asked = Asked {
            platform: platform.to_owned(),
            command: command.to_owned(),
        };
        if declined {
            self.declined.get_or_create(&asked).inc();
        }
        self.questions.get_or_create(&asked).inc();
        let on = On {
            platform: platform.to_owned(),
        };
        self.seconds.get_or_create(&on).observe(took.as_secs_f64());
    }

    /// Counts a question that came to nothing, by an error of the program.
    pub fn failed(&self, platform: &str) {
        let platform = platform.to_owned();
        self.failed.get_or_create(&On { platform }).inc();
    }

    /// All figures as OpenMetrics text.
    pub fn text(&self, readings: &[Reading]) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("referent");
        let name = "questions";
        registry.register(
            name,
            "Questions, by platform and command",
            self.questions.clone(),
        );
        let help = "Questions that the documents do not answer";
        registry.register("declined", help, self.declined.clone());
        let help = "Questions that came to nothing by an error of the program";
        registry.register("failed", help, self.failed.clone());
        let help = "How long answers take, sending left out";
        registry.register("answer_seconds", help, self.seconds.clone());
        let help = "Interactions that Discord had stopped to wait for";
        registry.register("discord_late_acknowledgements", help, self.late.clone());
        let help = "Questions that wait for a processor";
        registry.register("waiting", help, self.waiting.clone());
        for reading in readings {
            let family = Family::<Vec<(String, String)>, Gauge<f64, AtomicU64>>::default();
            for (label, value) in &reading.values {
                let label = label
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()));
                family.get_or_create(&label.collect()).set(*value);
            }
            registry.register(reading.name, reading.help, family);
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_by_platform() {
        let metrics = Metrics::new();
        metrics.answered("discord", "ask", false, Duration::from_millis(4));
        metrics.answered("discord", "ask", true, Duration::from_millis(40));
        metrics.answered("matrix", "status", false, Duration::from_secs(9));
        metrics.late.inc();
        let readings = [Reading {
            name: "documents",
            help: "Documents that can be searched",
            values: vec![(Some(("collection", "a\"b\n".to_owned())), 3.0)],
        }];
        let text = metrics.text(&readings).unwrap();
        for line in [
            "referent_questions_total{platform=\"discord\",command=\"ask\"} 2",
            "referent_declined_total{platform=\"discord\",command=\"ask\"} 1",
            "referent_answer_seconds_bucket{le=\"0.005\",platform=\"discord\"} 1",
            "referent_answer_seconds_count{platform=\"matrix\"} 1",
            "referent_discord_late_acknowledgements_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(
            text.contains("referent_documents{collection=\"a\\\"b\\n\"} 3"),
            "{text}"
        );
    }
}
