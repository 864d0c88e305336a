//! From where a request comes: from the other end of its connection, or, where that is a proxy of the operator's, from whom the
//! proxy names in `X-Forwarded-For`.

use std::net::{IpAddr, SocketAddr};

use domain::AddressRange;
use hyper::header::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of who asks. Each proxy adds whom it was asked by at the end: the last one that is no trusted proxy counts, and
/// what stands before it may be anybody's invention.
pub(crate) fn caller_address(peer: IpAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> IpAddr {
    let mut address = peer;
    if !is_trusted(trusted, peer) {
        return address;
    }
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    for named in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
        // Who cannot be told is as far as the proxy before.
        let Some(named) = read(named) else { break };
        address = named;
        if !is_trusted(trusted, address) {
            break;
        }
    }
    address
}

/// Whether an address is one of the operator's proxies.
pub(crate) fn is_trusted(trusted: &[AddressRange], address: IpAddr) -> bool {
    trusted.iter().any(|range| range.contains(address))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn read(named: &[u8]) -> Option<IpAddr> {
    let named = std::str::from_utf8(named).ok()?.trim();
    let alone = named.strip_prefix('[').and_then(|named| named.strip_suffix(']')).unwrap_or(named);
    let address = alone.parse().or_else(|_| named.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a request from `peer` with these lines, where loopback and 10.0.0.0/8 are trusted.
    fn told(peer: &str, lines: &[&str]) -> String {
        let trusted = ["127.0.0.1", "::1", "10.0.0.0/8"].map(|range| range.parse().expect("a range"));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, line.parse().expect("a value"));
        }
        caller_address(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxy_counts() {
        for (lines, address) in [
            (&["192.0.2.7"][..], "192.0.2.7"),
            (&["192.0.2.7, 10.1.2.3"], "192.0.2.7"),
            (&["192.0.2.7", "10.1.2.3,\t127.0.0.1 "], "192.0.2.7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            (&["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
            (&[], "127.0.0.1"),
        ] {
            assert_eq!(told("127.0.0.1", lines), address, "{lines:?}");
            assert_eq!(told("::ffff:127.0.0.1", lines).trim_start_matches("::ffff:"), address, "{lines:?}");
        }
    }

    #[test]
    fn nobody_chooses_an_address_by_what_they_send() {
        for lines in [&["10.1.2.3"][..], &["127.0.0.1"], &["203.0.113.9", "127.0.0.1"]] {
            assert_eq!(told("192.0.2.7", lines), "192.0.2.7", "not from a trusted proxy");
        }
        for before in
            ["203.0.113.9", "127.0.0.1", "10.0.0.1, 10.0.0.2", "unknown", "", ",,,", "\"a,b\"", "203.0.113.9,"]
        {
            assert_eq!(told("127.0.0.1", &[&format!("{before}, 192.0.2.7")]), "192.0.2.7", "{before}");
            assert_eq!(told("127.0.0.1", &[before, "192.0.2.7"]), "192.0.2.7", "{before}");
        }
        for unreadable in
            ["unknown", "", ",", "192.0.2.7 192.0.2.8", "192.0.2.256", "192.0.2.7/24", "[192.0.2.7", "_hidden"]
        {
            assert_eq!(told("127.0.0.1", &["192.0.2.7", unreadable]), "127.0.0.1", "{unreadable}");
            assert_eq!(told("127.0.0.1", &[&format!("192.0.2.7, {unreadable}, 10.1.2.3")]), "10.1.2.3", "{unreadable}");
        }
        let long = vec!["10.1.2.3"; 2_000].join(",");
        assert_eq!(told("127.0.0.1", &[&format!("203.0.113.9,192.0.2.7,{long}")]), "192.0.2.7");
    }
}
