//! Messages without the secrets that URLs may have in them, wherever in a message a URL stands.

/// What takes the place of a secret.
const SECRET: &str = "…";

/// `text` without the user names, passwords and queries of the URLs in it: signed URLs have their signature in the query.
pub(super) fn redacted(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let (scheme, after) = rest.split_at(at + "://".len());
        shown.push_str(scheme);
        let ends_url = |letter: char| letter.is_whitespace() || matches!(letter, '`' | '"' | '\'' | '<' | '>');
        let (url, after) = after.split_at(after.find(ends_url).unwrap_or(after.len()));
        push_redacted(&mut shown, scheme.ends_with("http://") || scheme.ends_with("https://"), url);
        rest = after;
    }
    shown + rest
}

/// Appends what comes after the scheme of a URL. A `?` is a glob in other URLs than those of HTTP, and what stands before the `@`
/// of `az://container@account` is no secret.
fn push_redacted(shown: &mut String, is_http: bool, url: &str) {
    let (authority, path) = url.split_at(url.find(['/', '?', '#']).unwrap_or(url.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) if is_http || user.contains(':') => shown.extend([SECRET, "@", host]),
        _ => shown.push_str(authority),
    }
    match path.find('?').filter(|_| is_http) {
        Some(query) => shown.extend([&path[..query], "?", SECRET]),
        None => shown.push_str(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_in_a_url_is_not_shown() {
        for (text, shown) in [
            ("cannot read `x.npy`", "cannot read `x.npy`"),
            ("`https://host/x.npy?X-Amz-Signature=abc` is", "`https://host/x.npy?…` is"),
            ("at http://me:secret@host:80/x and s3://key:secret@b/x", "at http://…@host:80/x and s3://…@b/x"),
            ("http://token@host", "http://…@host"),
            ("az://container@account/x", "az://container@account/x"),
            ("s3://bucket/enc?.npy", "s3://bucket/enc?.npy"),
            ("http://host?a=b", "http://host?…"),
        ] {
            assert_eq!(redacted(text), shown);
        }
    }
}
