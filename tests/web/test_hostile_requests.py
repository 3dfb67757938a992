"""Addresses, methods and bodies that nobody's browser sends by itself: each a sentence, none a 500."""

import json

import httpx
import pytest

from tests.conftest import COURSE, Cast
from tests.web.conftest import send_raw

HUGE = "9" * 20
NO_NUMBERS = (HUGE, "9" * 5000, "-1", "0", "1e5", "0x1", "%D9%A3", "1%00", "%FF", "1;2", "1.0", "abc")
NO_ADDRESSES = (
    "/%", "/%ZZ", "/%FF", "/%00", "/a%0d%0aSet-Cookie:x", "/../../etc/passwd", "/..%2f..%2fetc/passwd",
    "/static/0/..%2f..%2fapp.py", "/static/0/../../../app.py", "/static/0/", "/teach/class/", "/%F0%9F%98%80",
    f"/course/{COURSE}/%FF", f"/course/..%2f..%2f/{COURSE}", f"/course/{COURSE}/assets/..%2fcourse.yaml",
    f"/course/{COURSE}/assets/%00.svg", f"/course/{COURSE}/assets/%C3%B1.svg", "/" + "a" * 3000,
)  # fmt: skip
NO_TEXT = (
    b"GET /join/\xff HTTP/1.1",
    b"GET /privacy HTTP/1.1\r\nCookie: chalkbox_seed=\xff\xfe",
    b"GET /student HTTP/1.1\r\nCookie: chalkbox_session=\xff; chalkbox_device=\xff",
    b"GET /privacy HTTP/1.1\r\nCookie: chalkbox_flash=\xff; chalkbox_language=\xff",
    b"GET /privacy HTTP/1.1\r\nAccept-Language: \xff;q=\xfe,,,;;",
    b"GET /privacy HTTP/1.1\r\nX-Request-ID: \xff",
    b"POST /language HTTP/1.1\r\nX-CSRF-Token: \xff\r\nContent-Length: 0",
    b"POST /language HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n\r\n"
    b"csrf_token=\xff\xfe=",
    b"POST /join HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 4\r\n\r\n--\xff\xfe",
    b"POST /join HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: abc",
    b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 20_000,
    b"GARBAGE",
    b"GET / HTTP/9.9",
)
NO_JSON = (
    b"", b"{", b"[]", b'"x"', b"null", b"1e999", b"\xff", b'{"class_code": 5}', b'{"class_code": ["a"]}',
    b"[" * 50_000, b'{"a":' * 50_000, b'{"class_code": NaN}', b'{"class_code": {"a": 1}}',
)  # fmt: skip
STRANGE_HOSTS = (b"\xff\xfe", b"a" * 4000, b'"><script>alert(1)</script>', b"")


async def test_a_class_number_that_cant_be_is_not_found(cast: Cast) -> None:
    ada = await cast.ada()
    for number in NO_NUMBERS:
        for path in (f"/teach/class/{number}", f"/teach/class/{cast.classroom.id}/student/{number}"):
            assert (await ada.get(path)).status_code == 404, path


async def test_a_material_or_file_number_that_cant_be_is_not_found(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    for number in NO_NUMBERS:
        assert (await ben.get(f"/material/{number}/upload")).status_code == 404, number
        assert (await ben.get(f"/submission/{number}/download")).status_code == 404, number
        for kind in ("checklist", "reflection", "upload"):
            assert (await ben.post(f"/material/{number}/{kind}")).status_code == 404, number


async def test_an_address_that_cant_be_is_not_found(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    for path in NO_ADDRESSES:
        response = await ben.get(path)
        assert response.status_code in (404, 405), path
        assert "root:" not in response.text and "lessons:" not in response.text


async def test_a_join_address_with_nonsense_is_the_join_page(cast: Cast) -> None:
    for code in ("%00", "%FF", "<b>", "%3Cscript%3E", "x" * 2000, "%22%3E"):
        response = await cast.visitor().get(f"/join/{code}")
        assert response.status_code == 200 and "<script>" not in response.text, code


async def test_bytes_that_are_no_text_never_break_a_page(cast: Cast) -> None:
    for head in NO_TEXT:
        end = b"" if b"\r\n\r\n" in head else b"\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        whole = (
            head + end if end else head.replace(b"\r\n", b"\r\nConnection: close\r\nHost: localhost\r\n", 1)
        )
        answer = await send_raw(cast.url, whole)
        assert answer.status < 500 or answer.status == 505, head
        assert "x-content-type-options: nosniff" in answer.head.lower(), head


async def test_a_teacher_who_comes_by_a_strange_host_name_gets_no_broken_page(cast: Cast) -> None:
    ada = await cast.ada()
    cookie = "; ".join(f"{name}={value}" for name, value in ada.client.cookies.items()).encode()
    for host in STRANGE_HOSTS:
        request = (
            b"GET /teach/class/1 HTTP/1.1\r\nConnection: close\r\nCookie: " + cookie + b"\r\nHost: " + host
        )
        answer = await send_raw(cast.url, request + b"\r\n\r\n")
        assert answer.status < 500, host
        assert "<script>alert" not in answer.body


async def test_a_method_that_a_page_does_not_take_is_405(cast: Cast) -> None:
    visitor = cast.visitor()
    for method, path in (
        ("GET", "/sign-out"),
        ("GET", "/join"),
        ("POST", "/privacy"),
        ("DELETE", "/"),
        ("PUT", "/help"),
    ):
        response = await visitor.client.request(method, path)
        assert response.status_code == 405, (method, path)
        assert response.headers["allow"]
        assert "Go back and use its buttons." in response.text


async def test_a_head_is_the_page_without_its_body(cast: Cast) -> None:
    visitor = cast.visitor()
    for path in ("/", "/healthz", "/privacy"):
        response = await visitor.client.head(path)
        assert response.status_code == 200 and response.content == b""
    assert (await visitor.client.head("/teach")).status_code == 302


@pytest.mark.parametrize("as_json", [True, False])
async def test_a_form_of_three_megabytes_is_too_large(cast: Cast, as_json: bool) -> None:
    ben, much = await cast.student(cast.ben), "x" * 3_000_000
    if as_json:
        response = await ben.post_json("/helper/chat", {"message": much})
        assert response.json()["error"] == "too_large"
    else:
        response = await ben.post("/material/3/reflection", {"reflection_text": much})
        assert "This is more than fits here" in response.text
    assert response.status_code == 413


async def test_json_of_any_shape_is_refused_with_a_code(cast: Cast) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    headers = {"Content-Type": "application/json", "X-CSRF-Token": visitor.token}
    for body in NO_JSON:
        response = await visitor.client.post("/join", content=body, headers=headers)
        assert response.status_code == 400, body[:40]
        assert response.json()["error"] in ("bad_json", "missing_fields"), body[:40]


async def test_a_lone_half_of_a_character_in_json_breaks_nothing(cast: Cast) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    for field in ("class_code", "display_name", "return_code"):
        body = json.dumps({"class_code": cast.classroom.join_code, "display_name": "Dee", field: "\ud800"})
        headers = {"Content-Type": "application/json", "X-CSRF-Token": visitor.token}
        response: httpx.Response = await visitor.client.post("/join", content=body, headers=headers)
        assert response.status_code in (400, 404)


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "utf-7", "no-such-charset"])
async def test_a_part_of_a_form_in_a_charset_of_its_own_breaks_nothing(cast: Cast, charset: str) -> None:
    ada = await cast.ada()
    await ada.get("/teach")
    head = {"Content-Type": "multipart/form-data; boundary=xyz"}
    for path, name in (
        ("/teach/class/1/modules", "title"),
        ("/teach/class/1/groups", "name"),
        ("/teach/class/1/roster/import", "names"),
        ("/teach/class/1/landing", "message"),
        ("/teach/comments", "saved"),
    ):
        token, half = ada.token, r"a\ud800+2AA-b"
        body = (
            f'--xyz\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n'
            f"Content-Type: text/plain; charset={charset}\r\n\r\n{half}\r\n--xyz--\r\n"
        )
        answer = await ada.client.post(path, content=body.encode(), headers=head)
        assert answer.status_code < 500, (path, charset)
