"""One article, one address: tracking parameters, AMP and mobile forms of a url fall away.

For distinguishing articles only: what readers follow is the url as its producer gave it.
"""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from courlan import clean_url

MAX_LENGTH = 4096  # beyond what browsers and servers accept in practice; longer ones are left as they are
_WEB = re.compile(r"^https?://", re.IGNORECASE)
_OTHER_HOSTS = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.[^.]+)")
_MOBILE_INSIDE = re.compile(r"^(\w+)\.(?:m|mobile)\.(?=[^.]+\.[^.]+)")  # en.m.wikipedia.org
_AMP_CACHE = re.compile(r"^(?:[\w-]+\.)?cdn\.ampproject\.org$")
_AMP_CACHE_PATH = re.compile(r"^/(?:[acirv]/)(?:s/)?")
_AMP_VIEWER = re.compile(r"^https?://(?:www\.)?google\.[a-z.]+/amp/(?:s/)?(?=[^/]+\.[^/]+/)", re.IGNORECASE)
_AMP_END = re.compile(r"(?:/amp|\.amp)(?:\.html?)?/?$|(?<=\.html)/amp/?$")
_AMP_BEGIN = re.compile(r"^/amp(?=/)")
_AMP_PARAMETERS = frozenset({"amp", "outputtype", "usqp", "amp_js_v", "amp_gsa"})
# What courlan leaves of parameters that say how a reader came. Nothing that might distinguish articles of a site: two
# articles under one address would count as one that was corrected.
_TRACKING = re.compile(
    r"^(?:utm_|ns_|mc_|at_|pk_|mtm_|hsa_|_hs|ga_)|^(?:fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|ito|cmpid|ocid"
    r"|ref_src|smid|smtyp|wt_mc|xtor|xtref|guccounter)$",
    re.IGNORECASE,
)


def address_of(url: str) -> str:
    """The address that all forms of a web url share, without its scheme's variety; other text comes back as it is."""
    text = url.strip()
    if len(text) > MAX_LENGTH or not _WEB.match(text):
        return text
    if _AMP_VIEWER.match(text):
        text = f"https://{unquote(_AMP_VIEWER.sub('', text))}"
    try:
        return _address(clean_url(text) or text)
    except ValueError:  # a port or an IPv6 host that is none
        return text


def _address(url: str) -> str:
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path
    if _AMP_CACHE.match(host) and (inner := _AMP_CACHE_PATH.sub("", path)) != path:
        host, _, path = inner.partition("/")
        path = f"/{path}"
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    host = _MOBILE_INSIDE.sub(r"\1.", _OTHER_HOSTS.sub("", host))
    path = _AMP_BEGIN.sub("", _AMP_END.sub("", path)).rstrip("/")
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _is_of_no_matter(name)]
    return f"https://{host}{port}{path}" + (f"?{urlencode(query)}" if query else "")


def _is_of_no_matter(name: str) -> bool:
    return name.lower() in _AMP_PARAMETERS or _TRACKING.match(name) is not None
