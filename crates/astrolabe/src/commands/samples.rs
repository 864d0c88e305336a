//! `astrolabe samples`: a program that calls an endpoint, as it stands on the endpoint's page.

use catalog::samples::{self, Language};
use catalog::{BaseUrl, Endpoint};
use clap::Args;

use crate::{flags, lang, output};

#[derive(Debug, Args)]
pub(crate) struct SamplesArgs {
    /// What it is written in: bash, text (for an assistant), python, js, java, go or php
    #[arg(long, value_name = "LANG", default_value = "bash")]
    lang: Language,
    /// The endpoint, by its short name
    #[arg(long, value_name = "NAME", default_value = "author_cp_info", value_parser = flags::endpoint)]
    endpoint: &'static Endpoint,
    /// The server to call
    #[arg(long, value_name = "URL", env = "ASTROLABE_URL", default_value = "http://127.0.0.1:8600")]
    base_url: BaseUrl,
}

/// Runs the verb.
pub(crate) fn run(args: &SamplesArgs) -> anyhow::Result<()> {
    output::data(samples::render(args.endpoint, args.lang, &args.base_url, lang::spoken()).trim_end())
}
