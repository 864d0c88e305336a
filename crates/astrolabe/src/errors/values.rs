//! What is wrong with single values, in Chinese.

use std::error::Error;
use std::num::{ParseFloatError, ParseIntError};

use catalog::samples::LanguageError;
use catalog::{BaseUrlError, ParameterError};
use domain::{
    BurstWithoutRate, CallIdError, IdError, IdempotencyKeyError, LangError, MoneyError, NoteError, PolicyError, Spoken,
    TimeError, UnknownName,
};
use estimator::{FIT_ROWS_MIN, TooFewRows, UnknownMethod};
use gateway::{Infeasible, PlanFault, StartError};
use import::{UnknownKind, UnknownZone};
use simulator::ScriptError;
use store::RatesError;
use upstream::SettingsError;

/// The wording of an error, if it is one of a value.
pub(super) fn chinese(error: &(dyn Error + 'static)) -> Option<String> {
    spoken(error).or_else(|| of_others(error).map(ToOwned::to_owned)).or_else(|| with_names(error))
}

/// Of those that have a Chinese wording of their own.
fn spoken(error: &(dyn Error + 'static)) -> Option<String> {
    fn of<E: Error + Spoken + 'static>(error: &(dyn Error + 'static)) -> Option<String> {
        error.downcast_ref::<E>().map(Spoken::chinese)
    }
    let known = [
        of::<IdError>,
        of::<MoneyError>,
        of::<IdempotencyKeyError>,
        of::<NoteError>,
        of::<TimeError>,
        of::<UnknownZone>,
        of::<CallIdError>,
        of::<LangError>,
        of::<UnknownName>,
        of::<PolicyError>,
        of::<BurstWithoutRate>,
        of::<ParameterError>,
        of::<PlanFault>,
        of::<Infeasible>,
        of::<StartError>,
        of::<SettingsError>,
        of::<RatesError>,
        of::<ScriptError>,
    ];
    known.into_iter().find_map(|of| of(error))
}

fn of_others(error: &(dyn Error + 'static)) -> Option<&'static str> {
    Some(match error {
        _ if error.is::<ParseIntError>() => "应为整数",
        _ if error.is::<ParseFloatError>() => "应为数字",
        _ if error.is::<LanguageError>() => "应为 bash、text、python、js、java、go 或 php",
        _ if error.is::<BaseUrlError>() => "应为 http:// 或 https:// 开头的服务器地址，如 https://api.example.com",
        _ if error.is::<UnknownKind>() => {
            "应为 posts-csv、posts-ndjson、posts-parquet、rate-cards-csv、rate-cards-ndjson、rate-cards-parquet 或 xingtu"
        }
        _ => return None,
    })
}

fn with_names(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(UnknownMethod(name)) = error.downcast_ref() {
        let known = estimator::Method::ALL.map(estimator::Method::name).join("、");
        return Some(format!("没有方法 {name:?}；可选：{known}"));
    }
    let TooFewRows(rows) = error.downcast_ref()?;
    Some(format!("作品太少：只能作出 {rows} 次预测，拟合系数至少需要 {FIT_ROWS_MIN} 次"))
}
