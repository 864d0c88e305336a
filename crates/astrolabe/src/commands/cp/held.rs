//! What the local data hold of a creator, and which of it is told.

use catalog::Lang;
use domain::{CreatorKey, CreatorState, Snapshot};
use estimator::{Asked, Explanation};
use store::{CreatorStore, Latest, Surveyed};

use crate::config::Config;
use crate::now::now;

/// What is held of a creator.
pub(super) struct Held {
    surveyed: Surveyed,
    /// None where everything was bought.
    state: Option<CreatorState>,
}

impl Held {
    /// What is held of a creator; none where nothing is.
    pub(super) async fn read(store: &(impl CreatorStore + ?Sized), key: &CreatorKey) -> anyhow::Result<Option<Self>> {
        let Some((latest, state)) = store.latest_with_state(key).await? else { return Ok(None) };
        let Latest { estimated, reported, bought } = latest;
        let (profile, prices) =
            state.as_ref().map(|state| (state.profile.clone(), state.rate_card.fen())).unwrap_or_default();
        let surveyed = Surveyed { key: key.clone(), estimated, reported, bought, profile, prices };
        Ok(Some(Self { surveyed, state }))
    }

    /// The figures that stand for the creator, by the same rule as in `rank`: a server would answer with them, or with fresher ones that
    /// it bought first.
    pub(super) fn figures(&self, config: &Config) -> Option<Snapshot> {
        config.gateway.listed(&self.surveyed, now()).map(|snapshot| snapshot.into_owned())
    }

    /// The creator's name.
    pub(super) fn name(&self) -> Option<String> {
        self.surveyed.profile.name.as_ref().map(|name| name.value.as_str().to_owned())
    }

    /// What is behind the figures that are told; nothing where no estimate can be made of what was imported.
    pub(super) fn explain(&self, told: &Snapshot, config: &Config, lang: Lang) -> Option<Explanation> {
        let Surveyed { key, reported, estimated, .. } = &self.surveyed;
        let local = config.gateway.choose(reported.as_ref(), estimated.as_ref(), |snapshot| snapshot.as_of, now());
        let (state, local) = self.state.as_ref().zip(local)?;
        let asked = Asked { key, state, source: local.source, answered: told };
        estimator::explain(asked, &config.estimate, lang)
    }
}
