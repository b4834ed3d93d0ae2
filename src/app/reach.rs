//! From what a profile says of the way to a server to the way itself.

use std::path::PathBuf;

use crate::directus::{Endpoint, Secret};
use crate::net::ConnectSpec;
use crate::net::proxy::{ProxyRules, proxy};
use crate::net::reach::{Family, Proxy, Reach, Trust};
use crate::settings::{self, AddressFamily, Place, ProxyChoice, ReachSecret};

/// Puts headers, cookies, query, certificates and proxy of a profile into a spec.
///
/// # Errors
/// A sentence: a secret value isn't known any more, or the proxy can't be used.
pub(super) fn extend(
    spec: &mut ConnectSpec,
    way: &settings::Reach,
    secrets: &[ReachSecret],
    rules: &ProxyRules,
) -> Result<(), String> {
    let value = |place: Place, pair: &settings::Pair| -> Result<Secret, String> {
        if !pair.value.is_empty() {
            return Ok(Secret::new(pair.value.as_str()));
        }
        match known(secrets, place, &pair.name) {
            Some(secret) => Ok(secret.clone()),
            None if place.is_secret(&pair.name, "") => Err(format!(
                "The value of the {} {} isn't known: it is kept only until the window closes. Enter it again under \
                 Connection, More options.",
                place.name(),
                pair.name
            )),
            None => Ok(Secret::new("")),
        }
    };
    for (place, pair) in way.pairs() {
        let (name, value) = (pair.name.clone(), value(place, pair)?);
        match place {
            Place::Header => spec.headers.push((name, value.expose().to_owned())),
            Place::Cookie => spec.reach.cookies.push((name, value)),
            Place::Query => spec.reach.query.push((name, value)),
            Place::Proxy => {}
        }
    }
    let path = |text: &str| (!text.trim().is_empty()).then(|| PathBuf::from(text.trim()));
    let name = way.server_name.trim();
    spec.reach = Reach {
        trust: Trust {
            authorities: path(&way.authorities),
            certificate: path(&way.certificate),
            key: path(&way.key),
            accept_invalid: way.accept_invalid,
            server_name: (!name.is_empty()).then(|| name.to_owned()),
        },
        proxy: chosen_proxy(way, secrets, (rules, &spec.endpoint))?,
        family: match way.family {
            AddressFamily::Any => Family::Any,
            AddressFamily::V4 => Family::V4,
            AddressFamily::V6 => Family::V6,
        },
        ..std::mem::take(&mut spec.reach)
    };
    Ok(())
}

fn known<'a>(secrets: &'a [ReachSecret], place: Place, name: &str) -> Option<&'a Secret> {
    let found = secrets.iter().find(|secret| secret.place == place && secret.name == name);
    found.map(|secret| &secret.value)
}

fn chosen_proxy(
    way: &settings::Reach,
    secrets: &[ReachSecret],
    (rules, endpoint): (&ProxyRules, &Endpoint),
) -> Result<Option<Proxy>, String> {
    match way.proxy {
        ProxyChoice::Environment => rules.proxy_for(endpoint).map_err(|trouble| trouble.to_string()),
        ProxyChoice::Direct => Ok(None),
        ProxyChoice::Own => {
            let url = match known(secrets, Place::Proxy, way.proxy_url.user()) {
                Some(password) => way.proxy_url.with_password(password),
                None => Secret::new(way.proxy_url.0.as_str()),
            };
            proxy(url.expose()).map(Some).map_err(|trouble| trouble.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::extend;
    use crate::directus::{AuthMode, Credentials, Endpoint, Secret};
    use crate::net::ConnectSpec;
    use crate::net::proxy::ProxyRules;
    use crate::net::reach::Family;
    use crate::settings::{self, AddressFamily, Pair, ProxyChoice};

    fn extended(mut way: settings::Reach, forget: bool) -> Result<ConnectSpec, String> {
        let endpoint = Endpoint::parse("https://cms.example").unwrap();
        let mut spec = ConnectSpec::new(endpoint, AuthMode::Handshake, Credentials::None);
        let mut secrets = way.take_secrets();
        if forget {
            secrets.clear();
        }
        let rules = ProxyRules { all: "socks5://env.example".to_owned(), ..ProxyRules::default() };
        extend(&mut spec, &way, &secrets, &rules).map(|()| spec)
    }

    fn pair(name: &str, value: &str) -> Pair {
        Pair { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_profile_becomes_a_way() {
        let way = settings::Reach {
            headers: vec![pair("X-Tenant", "blue"), pair("X-Api-Key", "hush-1")],
            cookies: vec![pair("s", "hush-2")],
            query: vec![pair("token", "hush-3"), pair("room", "")],
            authorities: " ca.pem ".to_owned(),
            server_name: "inner.example".to_owned(),
            accept_invalid: true,
            proxy: ProxyChoice::Own,
            proxy_url: settings::Proxy("http://ben:hu%40sh@proxy.example".to_owned()),
            family: AddressFamily::V4,
            ..settings::Reach::default()
        };
        let spec = extended(way.clone(), false).unwrap();
        let sent: Vec<_> = spec.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(sent, ["X-Tenant: blue", "X-Api-Key: hush-1"]);
        assert_eq!(spec.reach.cookies, [("s".to_owned(), Secret::new("hush-2"))]);
        assert_eq!(spec.reach.query[0], ("token".to_owned(), Secret::new("hush-3")));
        assert_eq!(spec.reach.trust.authorities.as_deref(), Some("ca.pem".as_ref()));
        assert!(spec.reach.trust.accept_invalid && spec.reach.family == Family::V4);
        let login = spec.reach.proxy.unwrap().login.unwrap();
        assert_eq!((login.0.as_str(), login.1.expose()), ("ben", "hu@sh"));
        let told = extended(way, true).unwrap_err();
        assert!(told.contains("header X-Api-Key isn't known"), "{told}");
    }

    #[test]
    fn the_proxy_is_the_one_that_was_chosen() {
        let chosen = |proxy, url: &str| {
            let proxy_url = settings::Proxy(url.to_owned());
            extended(settings::Reach { proxy, proxy_url, ..settings::Reach::default() }, false)
                .map(|spec| spec.reach.proxy.map_or_else(String::new, |proxy| proxy.shown()))
        };
        assert_eq!(chosen(ProxyChoice::Environment, "http://a").unwrap(), "socks5://env.example:1080");
        assert_eq!(chosen(ProxyChoice::Direct, "http://a").unwrap(), "");
        assert_eq!(chosen(ProxyChoice::Own, "http://a").unwrap(), "http://a:8080");
        assert!(chosen(ProxyChoice::Own, "ftp://a").unwrap_err().contains("socks5://"));
    }
}
