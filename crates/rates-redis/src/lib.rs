//! Rates that several servers keep together, in Redis or Valkey: the generic cell rate algorithm of `ledger`, as a script
//! that runs in one step over there, by the clock over there.

mod tls;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use domain::Rate;
use ledger::Admission;
use redis::Script;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use store::{RateStore, RatesError};

/// One key a bucket, which goes by itself once the bucket is full again.
///
/// Gives whether the request is admitted, and the microseconds after which the bucket is full again (admitted) or takes one
/// more (refused). Numbers stay below 2^53, so Lua's are exact.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local function keep(full_at)
  redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 1000)
end
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
local full_at = math.min(math.max(held, now), now + window) + interval
local full_in = full_at - now
if full_in > window then
  if held > now + window then keep(now + window) end
  return {0, full_in - window}
end
keep(full_at)
return {1, full_in}
";

/// What the buckets are kept in, as errors say it.
const PLACE: &str = "Redis";

/// How long an answer may take. A limiter that is slower than what it limits is as good as lost.
const PATIENCE: Duration = Duration::from_millis(250);

/// Buckets in Redis or Valkey.
pub struct RedisRates {
    connection: ConnectionManager,
    patience: Duration,
    take: Script,
    prefix: String,
}

impl RedisRates {
    /// Connects to `redis://HOST:PORT/DATABASE`, or encrypted to `rediss://…`, where the certificate has to be of that name and from
    /// an authority that the system trusts; with `root_certificate`, a file, from one in that. Keys begin with `prefix`. The
    /// connection is made anew by itself when it is lost.
    ///
    /// # Errors
    /// When the address is none, or nobody answers there who is to be trusted.
    pub async fn connect(url: &str, prefix: &str, root_certificate: Option<&Path>) -> Result<Self, RatesError> {
        at_once(Self::open(url, prefix, root_certificate, PATIENCE).await?)
    }

    /// As [`RedisRates::connect`]; answers may take so long instead of a quarter of a second.
    ///
    /// # Errors
    /// As there.
    pub async fn connect_patiently(url: &str, prefix: &str, patience: Duration) -> Result<Self, RatesError> {
        at_once(Self::open(url, prefix, None, patience).await?)
    }

    /// As [`RedisRates::connect`]; where nobody answers there at the moment, says so too, and connects when somebody does.
    ///
    /// # Errors
    /// When the address is none, or who answers there cannot be used.
    pub async fn connect_or_wait(
        url: &str,
        prefix: &str,
        root_certificate: Option<&Path>,
    ) -> Result<(Self, Option<RatesError>), RatesError> {
        Self::open(url, prefix, root_certificate, PATIENCE).await
    }

    async fn open(
        url: &str,
        prefix: &str,
        root_certificate: Option<&Path>,
        patience: Duration,
    ) -> Result<(Self, Option<RatesError>), RatesError> {
        let client = tls::client(url, root_certificate)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(patience))
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_millis(500));
        let is_encrypted = tls::is_encrypted(&client);
        let (connection, away) = match ConnectionManager::new_with_config(client.clone(), config.clone()).await {
            Ok(connection) => (connection, None),
            Err(error) => {
                let told = if is_encrypted { tls::told(&error, root_certificate) } else { None };
                let is_away = error.is_timeout() || error.is_io_error() && told.is_none();
                let error = told.unwrap_or_else(|| failed(error));
                if !is_away {
                    return Err(error);
                }
                (ConnectionManager::new_lazy_with_config(client, config).map_err(failed)?, Some(error))
            }
        };
        Ok((Self { connection, patience, take: Script::new(TAKE), prefix: prefix.to_owned() }, away))
    }
}

#[async_trait]
impl RateStore for RedisRates {
    async fn admit(&self, bucket: &str, rate: Rate) -> Result<Admission, RatesError> {
        let (interval_us, window_us) = ledger::intervals_us(rate);
        let mut connection = self.connection.clone();
        let mut call = self.take.key(format!("{}{bucket}", self.prefix));
        let call = call.arg(interval_us).arg(window_us);
        let taken = tokio::time::timeout(self.patience, call.invoke_async::<(u8, u64)>(&mut connection)).await;
        let (admitted, in_us) = taken.map_err(|_| RatesError::Silent { place: PLACE })?.map_err(failed)?;
        Ok(match admitted {
            1 => Admission::admitted(in_us, interval_us, window_us),
            _ => Admission::Refused { retry_in_us: in_us },
        })
    }
}

/// Only those that are connected.
fn at_once((rates, away): (RedisRates, Option<RatesError>)) -> Result<RedisRates, RatesError> {
    away.map_or(Ok(rates), Err)
}

fn failed(error: redis::RedisError) -> RatesError {
    match error.is_timeout() {
        true => RatesError::Silent { place: PLACE },
        false => RatesError::Failed { place: PLACE, cause: error.into() },
    }
}
