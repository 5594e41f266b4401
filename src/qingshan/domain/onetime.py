"""One-time codes (动态口令) of a phone's authenticator, after RFC 4226 and RFC 6238: 6 digits, SHA-1, 30 seconds."""

import hashlib
import hmac
import struct

PERIOD = 30
DIGITS = 6
DRIFT = 1
"""Periods that a phone's clock may be off, either way."""


def code_at(secret: bytes, counter: int) -> str:
    """The code of one period (RFC 4226, 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    value = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**DIGITS:0{DIGITS}d}"


def matching_counter(secret: bytes, code: str, *, at: float, after: int) -> int | None:
    """The period that ``code`` belongs to, later than ``after``: a code is good once. None for a wrong or used one.

    ``at``: real seconds since 1970, the phone knows no other time.
    """
    now = int(at) // PERIOD
    given = code.strip().replace(" ", "")
    found = [n for n in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(code_at(secret, n), _ascii(given))]
    return next((n for n in found if n > after), None)


def _ascii(text: str) -> str:
    return text if text.isascii() else ""
