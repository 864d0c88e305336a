//! Who is weighed where more could be booked than can be weighed: those that come first by any of the orders in which the picks of a
//! good plan come. With a budget that binds these are the cheapest for what they bring; where picks are few, those that bring most.

use std::cmp::Ordering;

use crate::prepare::Bookable;
use crate::{Goal, Question};

/// At most as many as the question allows, and how many are left out.
pub(crate) fn weighed(free: Vec<Bookable>, question: &Question) -> (Vec<Bookable>, usize) {
    let most = question.weighed_max;
    if free.len() <= most {
        return (free, 0);
    }
    let interactions = |one: &Bookable| one.interactions;
    let views = |one: &Bookable| one.views;
    let orders = match question.goal {
        Goal::Views => vec![cheapest(&free, views), largest(&free, views)],
        Goal::Interactions => vec![cheapest(&free, interactions), largest(&free, interactions)],
        // Interactions decide and views have a floor.
        Goal::CostPerInteraction { .. } => vec![
            cheapest(&free, interactions),
            cheapest(&free, views),
            largest(&free, interactions),
            largest(&free, views),
        ],
    };
    let mut is_in = vec![false; free.len()];
    let mut left = most;
    for at in (0..free.len()).flat_map(|rank| orders.iter().map(move |order| order[rank])) {
        if left == 0 {
            break;
        }
        left -= usize::from(!std::mem::replace(&mut is_in[at], true));
    }
    let over = free.len() - most;
    (free.into_iter().zip(is_in).filter(|(_, is_in)| *is_in).map(|(one, _)| one).collect(), over)
}

/// Places in the order of the price of one of what is counted.
fn cheapest(free: &[Bookable], counted: impl Fn(&Bookable) -> u64) -> Vec<usize> {
    let product = |price: &Bookable, by: &Bookable| u128::from(price.price.0) * u128::from(counted(by));
    in_order(free, |a, b| {
        // Of what brings nothing, one costs most.
        (counted(a) == 0).cmp(&(counted(b) == 0)).then_with(|| product(a, b).cmp(&product(b, a)))
    })
}

fn largest(free: &[Bookable], counted: impl Fn(&Bookable) -> u64) -> Vec<usize> {
    in_order(free, |a, b| counted(b).cmp(&counted(a)).then_with(|| a.price.cmp(&b.price)))
}

fn in_order(free: &[Bookable], compare: impl Fn(&Bookable, &Bookable) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..free.len()).collect();
    order.sort_by(|a, b| compare(&free[*a], &free[*b]));
    order
}
