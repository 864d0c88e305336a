//! `astrolabe openapi`: the OpenAPI documents that the server serves, without a server.

use catalog::{AUTHOR_CP_INFO, Lang, openapi};
use clap::Args;

use crate::output;

#[derive(Debug, Args)]
pub(crate) struct OpenapiArgs {
    /// The language of its texts: en or zh
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: Lang,
    /// Only Author CP Info (V1), compatible with the public definition
    #[arg(long, conflicts_with = "admin")]
    single: bool,
    /// The admin API instead
    #[arg(long)]
    admin: bool,
}

/// Runs the verb.
pub(crate) fn run(args: &OpenapiArgs) -> anyhow::Result<()> {
    let document = match (args.single, args.admin) {
        (true, _) => openapi::single(&AUTHOR_CP_INFO, args.lang, &[]),
        (_, true) => openapi::admin(args.lang),
        _ => openapi::whole(args.lang, &[]),
    };
    output::data(openapi::text(&document).trim_end())
}
