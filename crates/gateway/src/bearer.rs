//! The secret that a request's `Authorization` headers carry: a caller's token, or the operator's key.

use hyper::header::{AUTHORIZATION, HeaderMap};

/// How a secret may stand in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Behind `Bearer` alone.
    Bearer,
    /// Or bare.
    BearerOrBare,
}

/// The headers carry no secret that could be meant: there are two different ones, or one is not written as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unclear;

/// The secret of a request, where it has one. Of two different ones nobody knows which is meant; the same one may come twice.
/// What another scheme carries is none, such as a proxy's password.
///
/// # Errors
/// [`Unclear`].
pub(crate) fn secret(headers: &HeaderMap, form: Form) -> Result<Option<&str>, Unclear> {
    let mut sent = None;
    for value in headers.get_all(AUTHORIZATION) {
        let value = value.to_str().map_err(|_| Unclear)?.trim();
        let secret = match value.split_once(' ') {
            Some((scheme, _)) if !scheme.eq_ignore_ascii_case("bearer") => continue,
            Some((_, secret)) => secret.trim(),
            None if form == Form::Bearer && !value.is_empty() => return Err(Unclear),
            None => value,
        };
        match sent {
            _ if secret.is_empty() => {}
            Some(other) if other != secret => return Err(Unclear),
            _ => sent = Some(secret),
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn one_secret_is_read_and_of_two_none() {
        for (sent, bearer, or_bare) in [
            (&[][..], Ok(None), Ok(None)),
            (&["Bearer a"], Ok(Some("a")), Ok(Some("a"))),
            (&["bearer  a ", "Basic b"], Ok(Some("a")), Ok(Some("a"))),
            (&["Basic b"], Ok(None), Ok(None)),
            (&["", "Bearer a"], Ok(Some("a")), Ok(Some("a"))),
            (&["Bearer a", "Bearer a"], Ok(Some("a")), Ok(Some("a"))),
            (&["Bearer a", "Bearer b"], Err(Unclear), Err(Unclear)),
            (&["Bearer a", "Basic c", "Bearer b"], Err(Unclear), Err(Unclear)),
            (&["a"], Err(Unclear), Ok(Some("a"))),
            (&["Bearer a", "a"], Err(Unclear), Ok(Some("a"))),
            (&["Bearer a", "b"], Err(Unclear), Err(Unclear)),
            (&["Bearer a", "Bearer é"], Err(Unclear), Err(Unclear)),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
            }
            let read = [Form::Bearer, Form::BearerOrBare].map(|form| secret(&headers, form));
            assert_eq!(read, [bearer, or_bare], "{sent:?}");
        }
    }
}
