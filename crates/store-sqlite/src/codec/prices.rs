//! Rate cards and reports: a version, the moment, then a byte of flags per group of tiers (bit n: tier number n has a
//! value) followed by the values.

use domain::{Fen, PerTier, Price, RateCard, Reported, Tier, UnixTime};
use store::StoreError;

use super::varint::{Buffer, Reader};
use super::{VERSION, versioned};

/// Appends the blob of a rate card: the tiers that have a price, then price in fen and moment of each.
pub fn encode_rate_card(rate_card: &RateCard, bytes: &mut Vec<u8>) {
    let mut buffer = Buffer::new();
    buffer.byte(VERSION);
    let prices = Tier::ALL.map(|tier| rate_card.price(tier));
    buffer.byte(present(&prices));
    for price in prices.into_iter().flatten() {
        buffer.number(price.fen.0);
        buffer.number(u64::from(price.as_of.0));
    }
    buffer.drain_to(bytes);
}

/// Reads the blob of a rate card.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_rate_card`] writes.
pub fn decode_rate_card(bytes: &[u8]) -> Result<RateCard, StoreError> {
    let mut reader = versioned(bytes, "rate card")?;
    let mut rate_card = RateCard::default();
    for tier in tiers(&mut reader)? {
        let fen = Fen(reader.number()?);
        rate_card.add(tier, Price { fen, as_of: UnixTime(reader.number_u32()?) });
    }
    reader.finish()?;
    Ok(rate_card)
}

/// Appends the blob of a report: its moment, expected views, cost per interaction by tier, price by tier.
pub fn encode_reported(reported: &Reported, bytes: &mut Vec<u8>) {
    let mut buffer = Buffer::new();
    buffer.byte(VERSION);
    buffer.number(u64::from(reported.as_of.0));
    buffer.number(reported.expected_views);
    for amounts in [reported.cpe, reported.prices] {
        let amounts = amounts.to_array();
        buffer.byte(present(&amounts));
        amounts.into_iter().flatten().for_each(|amount| buffer.number(amount.0));
    }
    buffer.drain_to(bytes);
}

/// Reads the blob of a report.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_reported`] writes.
pub fn decode_reported(bytes: &[u8]) -> Result<Reported, StoreError> {
    let mut reader = versioned(bytes, "report")?;
    let reported = Reported {
        as_of: UnixTime(reader.number_u32()?),
        expected_views: reader.number()?,
        cpe: amounts(&mut reader)?,
        prices: amounts(&mut reader)?,
    };
    reader.finish()?;
    Ok(reported)
}

fn amounts(reader: &mut Reader<'_>) -> Result<PerTier<Option<Fen>>, StoreError> {
    let mut amounts = PerTier::default();
    for tier in tiers(reader)? {
        amounts[tier] = Some(Fen(reader.number()?));
    }
    Ok(amounts)
}

/// Which values there are.
fn present<T>(values: &[Option<T>; Tier::ALL.len()]) -> u8 {
    Tier::ALL.into_iter().zip(values).filter(|(_, value)| value.is_some()).fold(0, |bits, (tier, _)| bits | bit(tier))
}

/// Reads what [`present`] made.
fn tiers(reader: &mut Reader<'_>) -> Result<impl Iterator<Item = Tier> + use<>, StoreError> {
    let bits = reader.byte()?;
    if bits >> Tier::ALL.len() != 0 {
        return Err(reader.corrupt("an unknown tier"));
    }
    Ok(Tier::ALL.into_iter().filter(move |tier| bits & bit(*tier) != 0))
}

fn bit(tier: Tier) -> u8 {
    1 << tier.number()
}
