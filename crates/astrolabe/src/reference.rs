//! The reference pages on a running server: hands the portal to the gateway, and tells it of prices and health.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use catalog::Text;
use gateway::{Gateway, PageAsked, PageReply, Pages};
use portal::{Asked, Environment, Hour, Live, Portal, Reply};
use store::{MeterStore, StoreError};

use crate::config::Config;
use crate::lang;

/// How old prices and health on the pages may be.
const EVERY: Duration = Duration::from_secs(10);

/// What a server is called whose operator named none.
const THIS_SERVER: Text = Text::new("this server", "本服务");

struct Reference(Portal);

impl Pages for Reference {
    fn page(&self, asked: &PageAsked<'_>) -> Option<PageReply> {
        self.0.page(&of_portal(asked)).map(of_gateway)
    }

    fn instead(&self, asked: &PageAsked<'_>) -> Option<PageReply> {
        self.0.instead(&of_portal(asked)).map(of_gateway)
    }
}

fn of_portal<'a>(asked: &PageAsked<'a>) -> Asked<'a> {
    let PageAsked { path, accept, accept_language, accept_encoding, if_none_match } = *asked;
    Asked { path, accept, accept_language, accept_encoding, if_none_match }
}

fn of_gateway(reply: Reply) -> PageReply {
    PageReply { status: reply.status, headers: reply.headers, body: reply.body }
}

/// Shows the pages of the server at `url`, from now on and as long as the gateway is there.
pub(crate) async fn show(
    gateway: &Arc<Gateway>,
    config: &Config,
    url: &str,
    prices: Arc<dyn MeterStore>,
) -> anyhow::Result<()> {
    let environments = match config.environments.as_slice() {
        [] => vec![Environment { name: THIS_SERVER.into(), url: url.parse().context("the server's address")? }],
        configured => configured.to_vec(),
    };
    let live = live(gateway, prices.as_ref())
        .await
        .context(Text::new("the prices cannot be read", "无法读取价格").of(lang::spoken()))?;
    let reference = Arc::new(Reference(Portal::new(environments, live)));
    gateway.show(reference.clone());
    let gateway = Arc::downgrade(gateway);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(gateway) = gateway.upgrade() else { return };
            // While the store cannot be read, the pages stay as they are.
            let Ok(live) = self::live(&gateway, prices.as_ref()).await else { continue };
            let reference = reference.clone();
            // Rendering takes milliseconds, which no request should wait for.
            let _ = tokio::task::spawn_blocking(move || reference.0.refresh(live)).await;
        }
    });
    Ok(())
}

async fn live(gateway: &Gateway, prices: &dyn MeterStore) -> Result<Live, StoreError> {
    let hours = gateway.health_hours().into_iter().map(|hour| Hour {
        hour: hour.hour,
        succeeded: hour.succeeded,
        refused: hour.refused,
        failed: hour.failed,
    });
    Ok(Live { prices: prices.prices().await?, hours: hours.collect() })
}
