//! The query string of a request: whatever it holds, each parameter has a value or a reason, and a question that was
//! understood means the same when it is asked again in plain.

#![no_main]

use catalog::{AUTHOR_CP_INFO, AuthorCpInfoQuestion, Query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &str| {
    let query = Query::parse(&AUTHOR_CP_INFO, raw);
    for parameter in AUTHOR_CP_INFO.parameters {
        let _ = query.value(parameter.name);
    }
    if let Ok(question) = AuthorCpInfoQuestion::read(&query) {
        let plain = format!("oAuthorId={}&platform={}", question.key.author_id, question.key.platform.name());
        let again = AuthorCpInfoQuestion::read(&Query::parse(&AUTHOR_CP_INFO, &plain));
        assert_eq!(again, Ok(question));
    }
});
