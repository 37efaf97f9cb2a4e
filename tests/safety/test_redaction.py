from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.errors import UsageError
from svcdns.safety import redaction
from svcdns.safety.redaction import REMOVED, SHORTEST, learn, learn_url, redact


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_KNOWN", redaction._Known())


#: Texts that a credential may be, and that no word of a message is.
SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=12, max_size=40).map(
    lambda text: f"0{text}9"
)

FORMS = {
    "as it is": lambda text: text,
    "with white space around it": lambda text: f" {text}\n",
    "as Python writes it": repr,
    "as Python writes octets": lambda text: repr(text.encode()) if text.isascii() else repr(text),
    "as JSON": json.dumps,
    "as JSON with all letters": lambda text: json.dumps(text, ensure_ascii=False),
    "as HTML": html.escape,
    "as HTML of a template": lambda text: str(markupsafe.escape(text)),
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded in lower case": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "percent-encoded in part": lambda text: quote(text, safe="!$&'()*+,;=:@/"),
    "in a path": quote,
    "in a query": quote_plus,
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in base64 behind a name": lambda text: base64.b64encode(f"me:{text}".encode()).decode(),
    "in base64 among others": lambda text: base64.b64encode(f"Authorization: {text}\r\n".encode()).decode(),
    "in the error about an illegal header": lambda text: (
        f"Illegal header value {f'Bearer {text}'.encode()!r}" if text.isascii() else text
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
@given(secret=SECRETS)
def test_a_credential_is_removed_in_every_form(form, secret: str):
    redaction._KNOWN = redaction._Known()
    learn(secret)
    found = redact(f"before {form(secret)} after")
    assert REMOVED in found
    assert secret not in found
    assert secret[2:-2] not in found
    assert found.startswith("before ")
    assert found.endswith(" after")


@given(secret=SECRETS)
def test_a_credential_in_base64_is_removed_as_it_is_and_decoded(secret: str):
    redaction._KNOWN = redaction._Known()
    learn(base64.b64encode(secret.encode()).decode())
    assert redact(secret) == REMOVED


def test_a_key_is_removed_by_the_line():
    key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIfirst\nAwEHoUQDQgsecond\n-----END EC PRIVATE KEY-----\n"
    learn(base64.b64encode(key.encode()).decode())
    assert redact("line 3: AwEHoUQDQgsecond") == f"line 3: {REMOVED}"
    assert redact(" ".join(key.split())) == REMOVED


@given(st.text())
def test_where_nothing_is_known_and_nothing_looks_like_a_credential_nothing_is_changed(text: str):
    redaction._KNOWN = redaction._Known()
    if "://" not in text and "-----BEGIN" not in text:
        assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abcdefgh", f"Authorization: Bearer {REMOVED}"),
        ('{"authorization":["Basic bWU6c2VjcmV0"]}', f'{{"authorization":["Basic {REMOVED}"]}}'),
        ("Illegal header value b'Bearer abc1defg\\n'", f"Illegal header value b'Bearer {REMOVED}\\n'"),
        ("Proxy-Authorization=Basic bWU6c2VjcmV0", f"Proxy-Authorization=Basic {REMOVED}"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl.", f"token {REMOVED}."),
        ("Get https://me:p%40ss@here/x", f"Get https://{REMOVED}@here/x"),
        ("http://token@proxy:3128", f"http://{REMOVED}@proxy:3128"),
        ("a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b", f"a {REMOVED} b"),
        ("a -----BEGIN RSA PRIVATE KEY----- MIIE, cut", f"a {REMOVED}"),
    ],
)
def test_what_is_a_credential_by_its_shape_need_not_be_known(text: str, left: str):
    assert redact(text) == left
    assert redact(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "the API server https://here:6443 of the context",
        "the Bearer authentication failed",
        "web.ns.svc.cluster.local. 5 IN A 10.0.0.1",
        "a basic authentication, an authorization mode",
        "me@example.com",
    ],
)
def test_what_is_none_stays(text: str):
    assert redact(text) == text


def test_what_is_short_is_no_credential():
    learn("x" * (SHORTEST - 1), "", " ")
    assert redact("xxxxx") == "xxxxx"


def test_of_two_credentials_that_overlap_nothing_is_left():
    learn("abcdef", "abcdef-ghijkl", "ghijkl-mn")
    assert redact("abcdef-ghijkl abcdef ghijkl-mn") == f"{REMOVED} {REMOVED} {REMOVED}"


@pytest.mark.parametrize(
    ("url", "credentials"),
    [
        ("https://me:the-password@here/x", ["the-password", "me:the-password"]),
        ("https://the-token@here", ["the-token"]),
        ("https://me:the%2Fpassword@here", ["the%2Fpassword", "the/password"]),
        ("http://me:the-pass/word@here", ["the-pass/word"]),
        ("https://here?key=the-key&other=the-other#the-fragment", ["the-key", "the-other", "the-fragment"]),
        ("http://[me:the-password@here", ["the-password"]),
    ],
)
def test_what_a_url_holds_is_known(url: str, credentials: list[str]):
    learn_url(url)
    for one in credentials:
        assert redact(one) == REMOVED
    assert redact("here") == "here"


def test_no_error_quotes_a_credential():
    learn("the-secret\n")
    assert str(UsageError("what was sent: 'the-secret\\n'")) == f"what was sent: '{REMOVED}\\n'"
