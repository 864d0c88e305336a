//! The request pipeline and the HTTP edge.
//!
//! One request, top to bottom: `server` accepts it, `router` finds its route, `pipeline` decides its business code
//! stage by stage, `envelope` writes the answer. Where a code comes from and in which order: `docs/architecture.md`.
//! Nothing here reads files or knows a database; the stores come in as traits.

pub mod admin;
mod bearer;
mod body;
mod buyer;
mod cache;
mod contract;
mod date;
mod detail;
mod editions;
mod envelope;
mod failures;
mod forwarded;
mod framing;
mod generations;
mod headers;
mod health;
mod heard;
mod keeping;
mod known;
mod limiter;
mod local;
mod meter;
mod metrics;
mod moment;
mod pages;
mod pipeline;
mod places;
mod planned;
mod problem;
mod purchases;
mod queue;
mod ranked;
mod rates_loss;
mod remembered;
mod reply_body;
mod room;
mod router;
mod server;
mod sources;
mod standing;
mod state;
mod strict_json;
mod token;
mod told;
mod unanswered;
mod uncounted;
mod under_way;
mod unreadable;
mod upkeep;
mod upstreams;
mod v1;
mod writing;

pub use editions::survey_market;
pub use health::HealthHour;
pub use moment::{Clock, Moment, system_clock};
pub use pages::{PageAsked, PageReply, Pages};
pub use pipeline::{compare_creators, history_page, rank_creators};
pub use planned::{PlanAsked, PlanFault};
pub use planner::Infeasible;
pub use problem::Problem;
pub use server::{Served, serve};
pub use sources::{SourceKind, Sources};
pub use standing::{ServerState, ServerTold, UpstreamStanding, UpstreamState};
pub use state::{Gateway, OnLoss, Prefer, PublicMetrics, Settings, SharedRates, StartError, Stores, UpstreamSource};
pub use token::{TokenKey, TokenSecret};
pub use upkeep::settle_after;
