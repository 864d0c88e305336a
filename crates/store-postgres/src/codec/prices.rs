//! Rate cards and reports. What a tier may have or not begins with a byte: 0 not, 1 it follows.

use bytes::{Buf, BufMut};
use domain::{Fen, PerTier, Price, RateCard, Reported, Tier, UnixTime};
use store::StoreError;

use super::{Damage, VERSION, decode};

/// The bytes of a rate card: for each tier price in fen and moment.
pub(crate) fn encode_rate_card(rate_card: &RateCard) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    for tier in Tier::ALL {
        encode_option(rate_card.price(tier), &mut bytes, |price, bytes| {
            bytes.put_u64(price.fen.0);
            bytes.put_u32(price.as_of.0);
        });
    }
    bytes
}

/// Reads the bytes of a rate card.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_rate_card`] writes.
pub(crate) fn decode_rate_card(bytes: &[u8]) -> Result<RateCard, StoreError> {
    decode(bytes, "rate card", |bytes| {
        let mut rate_card = RateCard::default();
        for tier in Tier::ALL {
            let price = decode_option(bytes, |bytes| {
                Ok(Price { fen: Fen(bytes.try_get_u64()?), as_of: UnixTime(bytes.try_get_u32()?) })
            })?;
            if let Some(price) = price {
                rate_card.add(tier, price);
            }
        }
        Ok(rate_card)
    })
}

/// The bytes of a report: its moment, expected views, cost per interaction by tier, price by tier.
pub(crate) fn encode_reported(reported: &Reported) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.put_u32(reported.as_of.0);
    bytes.put_u64(reported.expected_views);
    for amount in [reported.cpe, reported.prices].into_iter().flat_map(PerTier::to_array) {
        encode_option(amount, &mut bytes, |amount, bytes| bytes.put_u64(amount.0));
    }
    bytes
}

/// Reads the bytes of a report.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_reported`] writes.
pub(crate) fn decode_reported(bytes: &[u8]) -> Result<Reported, StoreError> {
    decode(bytes, "report", |bytes| {
        Ok(Reported {
            as_of: UnixTime(bytes.try_get_u32()?),
            expected_views: bytes.try_get_u64()?,
            cpe: decode_amounts(bytes)?,
            prices: decode_amounts(bytes)?,
        })
    })
}

fn decode_amounts(bytes: &mut &[u8]) -> Result<PerTier<Option<Fen>>, Damage> {
    let mut amounts = PerTier::default();
    for tier in Tier::ALL {
        amounts[tier] = decode_option(bytes, |bytes| Ok(Fen(bytes.try_get_u64()?)))?;
    }
    Ok(amounts)
}

fn encode_option<T>(value: Option<T>, bytes: &mut Vec<u8>, encode: impl FnOnce(T, &mut Vec<u8>)) {
    bytes.put_u8(u8::from(value.is_some()));
    if let Some(value) = value {
        encode(value, bytes);
    }
}

fn decode_option<T>(
    bytes: &mut &[u8],
    decode: impl FnOnce(&mut &[u8]) -> Result<T, Damage>,
) -> Result<Option<T>, Damage> {
    match bytes.try_get_u8()? {
        0 => Ok(None),
        1 => decode(bytes).map(Some),
        _ => Err(Damage::Value("neither there nor absent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_card() -> RateCard {
        let mut rate_card = RateCard::default();
        rate_card.add(Tier::From1To20s, Price { as_of: UnixTime(u32::MAX), fen: Fen(1) });
        rate_card.add(Tier::Single, Price { as_of: UnixTime(0), fen: Fen(u64::MAX) });
        rate_card
    }

    fn reported() -> Reported {
        let cpe = PerTier::from_fn(|tier| (tier == Tier::Over60s).then_some(Fen(u64::MAX)));
        let prices = PerTier::from_fn(|tier| (tier != Tier::Single).then_some(Fen(0)));
        Reported { as_of: UnixTime(u32::MAX), expected_views: u64::MAX, cpe, prices }
    }

    #[test]
    fn what_is_written_is_read() {
        for rate_card in [rate_card(), RateCard::default()] {
            assert_eq!(decode_rate_card(&encode_rate_card(&rate_card)).expect("a rate card"), rate_card);
        }
        assert_eq!(decode_reported(&encode_reported(&reported())).expect("a report"), reported());
    }

    #[test]
    fn bytes_that_nobody_wrote_are_an_error() {
        let (rate_card, reported) = (encode_rate_card(&rate_card()), encode_reported(&reported()));
        for len in 0..rate_card.len() {
            assert!(decode_rate_card(&rate_card[..len]).is_err(), "{len}");
        }
        for len in 0..reported.len() {
            assert!(decode_reported(&reported[..len]).is_err(), "{len}");
        }
        assert!(decode_rate_card(&[&rate_card[..], &[0]].concat()).is_err());
        assert!(decode_reported(&[&reported[..], &[0]].concat()).is_err());
    }
}
