"""The callee as a scenario of SIPp: the last three digits that are dialled choose what the callee does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FINALS: Mapping[str, str] = {
    "403": "Forbidden",
    "404": "Not Found",
    "480": "Temporarily Unavailable",
    "484": "Address Incomplete",
    "486": "Busy Here",
    "500": "Server Internal Error",
    "503": "Service Unavailable",
    "603": "Decline",
}
"""Codes that the callee refuses with; those of a person, after it rang for a moment."""

ANSWERS = "100"
"""Rings for 0.2 s, speaks, and talks until it is hung up on."""
HANGS_UP = "101"
"""Answers and hangs up after 2 s."""
PRESSES_1 = "102"
PRESSES_9 = "109"
"""Presses the key a second after the answer and hangs up after 4 s."""
TALKS_TEN = "110"
"""Rings for 2 s, then talks for a little less than 10 s."""
GONE_AT_ONCE = "111"
MACHINE = "112"
"""Answers with a long greeting."""
HUMAN = "113"
"""Answers with one short word."""
SAYS_NOTHING = "114"
"""Answers, and is not heard."""
RINGS_FOR_EVER = "180"
ANSWERS_THE_CANCEL = "181"
"""Picks up in the moment in which the caller gives up."""
EARLY_MEDIA = "183"
ASKS_WHO = "401"
"""Answers once the caller has shown its password."""
SAYS_NO_WORD = "408"
"""Does not even say that it was reached."""

_RINGS_FIRST = frozenset({"480", "486", "603"})

_ECHOED = """[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>"""
_WITHIN = """[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]"""
_OF_THE_INVITE = """Via:[$ivia]
From:[$ifrom]
To:[$ito];tag=[pid]T[call_number]
Call-ID: [call_id]
CSeq:[$icseq]"""
_SDP = """v=0
o=callee 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=sendrecv
"""
_BYE = """BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: [$ito];tag=[pid]T[call_number]
To: [$ifrom]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

"""
_CHALLENGE = 'WWW-Authenticate: Digest realm="test", nonce="abc[call_number]", algorithm=MD5, qop="auth"\n'
_RINGING = "180 Ringing"
_SURELY = 'retrans="500"'
"""Sent again until it is acknowledged."""
_CANCELLED = '  <recv request="CANCEL"/>\n'
_ACK_ENDS = '  <recv request="ACK" next="end"/>\n'


@dataclass(frozen=True, slots=True)
class Sounds:
    """What the callee says: raw A-law files."""

    speech: Path
    word: Path
    greeting: Path
    key_1: Path
    key_9: Path


def scenario(sounds: Sounds, *, user: str, password: str) -> str:
    """The XML of it."""
    parts = {
        **{code: _final(code, reason) for code, reason in FINALS.items()},
        ANSWERS: _rings(200) + _answers(sounds.speech) + _hung_up_on(),
        HANGS_UP: _rings(200) + _answers(sounds.speech) + _pause(2000) + _hangs_up(),
        PRESSES_1: _rings(200)
        + _answers()
        + _pause(1000)
        + _plays(sounds.key_1)
        + _pause(3000)
        + _hangs_up(),
        PRESSES_9: _rings(200)
        + _answers()
        + _pause(1000)
        + _plays(sounds.key_9)
        + _pause(3000)
        + _hangs_up(),
        TALKS_TEN: _rings(2000) + _answers(sounds.speech) + _pause(9800) + _hangs_up(),
        GONE_AT_ONCE: _rings(200) + _answers() + _hangs_up(),
        MACHINE: _rings(200) + _answers(sounds.greeting) + _hung_up_on(),
        HUMAN: _rings(200) + _answers(sounds.word) + _hung_up_on(),
        SAYS_NOTHING: _rings(200) + _answers() + _hung_up_on(),
        RINGS_FOR_EVER: _send(_status(_RINGING)) + _CANCELLED + _terminated(),
        ANSWERS_THE_CANCEL: _answers_the_cancel(),
        EARLY_MEDIA: _early_media(sounds.speech),
        ASKS_WHO: _asks_who(user, password) + _answers(sounds.speech) + _hung_up_on(),
        SAYS_NO_WORD: '  <recv request="CANCEL" timeout="60000" ontimeout="end"/>\n' + _terminated(),
    }
    branches = "".join(f'  <nop next="L{code}" test="b{code}"/>\n' for code in parts)
    bodies = "".join(f'  <label id="L{code}"/>\n{body}' for code, body in parts.items())
    return (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="callee">\n'
        f"{_invited(tuple(parts))}{branches}"
        f'  <nop next="L404"/>\n{bodies}  <label id="end"/>\n'
        '  <Reference variables="m,contact,ifrom,ito,ivia,icseq"/>\n</scenario>\n'
    )


def _invited(codes: tuple[str, ...]) -> str:
    tests = "".join(
        f'    <strcmp assign_to="c{code}" variable="code" value="{code}"/>\n'
        f'    <test assign_to="b{code}" variable="c{code}" compare="equal" value="0"/>\n'
        for code in codes
    )
    kept = "".join(
        f'    <ereg regexp=".*" search_in="hdr" header="{header}:" assign_to="{name}"/>\n'
        for header, name in (("Via", "ivia"), ("CSeq", "icseq"), ("From", "ifrom"), ("To", "ito"))
    )
    return (
        '  <recv request="INVITE" rrs="true"><action>\n'
        '    <ereg regexp="^INVITE sips?:[^@;]*([0-9]{3})@" search_in="msg" assign_to="m,code"/>\n'
        f"{kept}"
        '    <ereg regexp=".*" search_in="hdr" header="X-Contact-Id:" assign_to="contact"/>\n'
        '    <log message="[$m] from[$ifrom] contact[$contact]"/>\n'
        f"{tests}  </action></recv>\n"
    )


def _final(code: str, reason: str) -> str:
    before = _send(_status("100 Trying"))
    if code in _RINGS_FIRST:
        before += _rings(300)
    return before + _send(_status(f"{code} {reason}"), _SURELY) + _ACK_ENDS


def _rings(milliseconds: int) -> str:
    return _send(_status(_RINGING)) + _pause(milliseconds)


def _answers(sound: Path | None = None) -> str:
    picked_up = _send(_status("200 OK", sdp=True), _SURELY) + '  <recv request="ACK"/>\n'
    return picked_up + (_plays(sound) if sound else "")


def _plays(sound: Path) -> str:
    return f'  <nop><action><exec rtp_stream="{sound},1,8"/></action></nop>\n'


def _pause(milliseconds: int) -> str:
    return f'  <pause milliseconds="{milliseconds}"/>\n'


def _hung_up_on() -> str:
    return '  <recv request="BYE"/>\n' + _send(_ok()) + '  <nop next="end"/>\n'


def _hangs_up() -> str:
    return _send(_BYE, _SURELY) + '  <recv response="200" next="end"/>\n'


def _terminated() -> str:
    return _send(_ok()) + _send(_late("487 Request Terminated"), _SURELY) + _ACK_ENDS


def _answers_the_cancel() -> str:
    return (
        _send(_status(_RINGING))
        + _CANCELLED
        + _send(_ok())
        + _send(_late("200 OK", sdp=True), _SURELY)
        + '  <recv request="ACK"/>\n'
        + _hung_up_on()
    )


def _early_media(sound: Path) -> str:
    progress = _send(_status("183 Session Progress", sdp=True))
    return progress + _plays(sound) + _pause(1000) + _answers() + _hung_up_on()


def _asks_who(user: str, password: str) -> str:
    return (
        _send(_status("401 Unauthorized", extra=_CHALLENGE), _SURELY)
        + '  <recv request="ACK"/>\n  <recv request="INVITE"><action>'
        + f'<verifyauth assign_to="known" username="{user}" password="{password}"/></action></recv>\n'
        + '  <nop next="welcome" test="known"/>\n'
        + _send(_status("403 Forbidden"), _SURELY)
        + _ACK_ENDS
        + '  <label id="welcome"/>\n'
    )


def _send(message: str, attributes: str = "") -> str:
    return f"  <send {attributes}><![CDATA[\n\n{message}\n]]></send>\n"


def _ok() -> str:
    return f"SIP/2.0 200 OK\n{_WITHIN}\nContent-Length: 0\n\n"


def _status(line: str, *, sdp: bool = False, extra: str = "") -> str:
    return f"SIP/2.0 {line}\n{_ECHOED}\n{extra}{_body(sdp=sdp)}"


def _late(line: str, *, sdp: bool = False) -> str:
    """The answer to the INVITE, after another request was answered."""
    contact = "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n" if sdp else ""
    return f"SIP/2.0 {line}\n{_OF_THE_INVITE}\n{contact}{_body(sdp=sdp)}"


def _body(*, sdp: bool) -> str:
    if not sdp:
        return "Content-Length: 0\n\n"
    return f"Content-Type: application/sdp\nContent-Length: [len]\n\n{_SDP}"
