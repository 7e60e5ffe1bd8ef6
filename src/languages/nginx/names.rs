//! The names of nginx's directives: enough of them to tell where a statement starts, and whose file it is.

use crate::languages::Module;

/// Whether `word` names a directive of nginx or of one of the modules that often come with it.
pub fn is_directive(word: &str) -> bool {
    NAMES.binary_search(&word).is_ok()
        || word.contains('_') && FAMILIES.binary_search_by(|family| compare_prefix(family, word)).is_ok()
}

/// The module that `directive` belongs to when it stands right inside of a `server` block, where it shows that.
pub fn module_within_server(directive: &str) -> Module {
    match directive {
        "location"
        | "root"
        | "index"
        | "try_files"
        | "if"
        | "rewrite"
        | "add_header"
        | "error_page"
        | "client_max_body_size"
        | "http2"
        | "gzip"
        | "charset"
        | "expires"
        | "server_tokens" => Module::Http,
        "proxy_pass" | "pass" | "proxy_timeout" | "proxy_responses" | "ssl_preread" | "preread_timeout" => {
            Module::Stream
        }
        "protocol" | "starttls" | "smtp_auth" | "imap_auth" | "pop3_auth" | "xclient" => Module::Mail,
        _ => Module::Unknown,
    }
}

/// Directives by their whole name, sorted.
const NAMES: &[&str] = &[
    "absolute_redirect",
    "accept_mutex",
    "access_log",
    "add_after_body",
    "add_before_body",
    "add_header",
    "add_trailer",
    "aio",
    "alias",
    "allow",
    "api",
    "application",
    "autoindex",
    "charset",
    "chunked_transfer_encoding",
    "create_full_put_path",
    "daemon",
    "dav_access",
    "dav_methods",
    "default_type",
    "deny",
    "directio",
    "disable_symlinks",
    "empty_gif",
    "env",
    "error_log",
    "error_page",
    "etag",
    "events",
    "expires",
    "flv",
    "geo",
    "gunzip",
    "gzip",
    "hash",
    "hls",
    "http",
    "http2",
    "http3",
    "if",
    "ignore_invalid_headers",
    "image_filter",
    "include",
    "index",
    "internal",
    "ip_hash",
    "keepalive",
    "large_client_header_buffers",
    "least_conn",
    "listen",
    "load_module",
    "location",
    "log_format",
    "log_not_found",
    "log_subrequest",
    "mail",
    "map",
    "master_process",
    "max_ranges",
    "merge_slashes",
    "mirror",
    "mp4",
    "multi_accept",
    "pcre_jit",
    "perl",
    "pid",
    "port_in_redirect",
    "postpone_output",
    "random_index",
    "real_ip_header",
    "recursive_error_pages",
    "reset_timedout_connection",
    "resolver",
    "resolver_timeout",
    "return",
    "rewrite",
    "root",
    "rtmp",
    "satisfy",
    "send_lowat",
    "send_timeout",
    "sendfile",
    "sendfile_max_chunk",
    "server",
    "server_name",
    "server_name_in_redirect",
    "server_names_hash_bucket_size",
    "server_names_hash_max_size",
    "server_tokens",
    "set",
    "set_real_ip_from",
    "split_clients",
    "ssi",
    "ssl",
    "starttls",
    "status_zone",
    "stream",
    "stub_status",
    "sub_filter",
    "tcp_nodelay",
    "tcp_nopush",
    "thread_pool",
    "timer_resolution",
    "try_files",
    "types",
    "types_hash_bucket_size",
    "types_hash_max_size",
    "underscores_in_headers",
    "upstream",
    "user",
    "userid",
    "valid_referers",
];

/// What the names of a module's directives start with, sorted; none is the start of another.
const FAMILIES: &[&str] = &[
    "access_by_",
    "app_protect_",
    "auth_",
    "autoindex_",
    "balancer_by_",
    "body_filter_by_",
    "brotli_",
    "charset_",
    "client_",
    "content_by_",
    "dav_ext_",
    "fastcgi_",
    "geoip2_",
    "geoip_",
    "grpc_",
    "gzip_",
    "header_filter_by_",
    "health_check",
    "hls_",
    "http2_",
    "http3_",
    "image_filter_",
    "imap_",
    "init_by_",
    "init_worker_by_",
    "js_",
    "keepalive_",
    "limit_",
    "lingering_",
    "log_by_",
    "lua_",
    "map_hash_",
    "memcached_",
    "modsecurity_",
    "more_",
    "open_file_cache",
    "open_log_file_cache",
    "otel_",
    "output_",
    "passenger_",
    "perl_",
    "pop3_",
    "proxy_",
    "quic_",
    "real_ip_",
    "rewrite_by_",
    "rtmp_",
    "scgi_",
    "secure_link_",
    "set_by_",
    "smtp_",
    "ssi_",
    "ssl_",
    "sub_filter_",
    "uwsgi_",
    "variables_hash_",
    "vod_",
    "worker_",
    "xslt_",
];

/// Compares `prefix` with as much of `word`.
fn compare_prefix(prefix: &str, word: &str) -> std::cmp::Ordering {
    let start = &word.as_bytes()[..prefix.len().min(word.len())];
    prefix.as_bytes().cmp(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_no_family_starts_another() {
        assert!(NAMES.is_sorted() && FAMILIES.is_sorted());
        assert!(FAMILIES.windows(2).all(|pair| !pair[1].starts_with(pair[0])));
    }

    #[test]
    fn every_name_and_family_is_known() {
        assert!(NAMES.iter().all(|name| is_directive(name)));
        assert!(FAMILIES.iter().all(|family| is_directive(&format!("{family}_x"))));
        for word in ["", "_", "proxy", "ssl-", "listens", "prox_y", "💣_", "$http_x", "zz_top"] {
            assert!(!is_directive(word), "{word:?}");
        }
    }
}
