"""A site that is served: from where it says, from elsewhere, under a sub-path and from disk; and what tells of its pages beside them."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]  # it has no types
import pytest

from contexta.render import sitemap
from contexta.site import Hosting, base_url
from contexta.site.hosting import MAX_BASE, NOWHERE
from contexta.site.listings import sitemaps
from tests import strategies as build
from tests.conftest import CHECKOUT
from tests.site import BESIDE, put_deployment, put_project, put_run, tree, workspace_of
from tests.site.feeds import ATOM, atom_faults, locations, sitemap_faults
from tests.site.links import broken_links, read_page
from tests.site.rebuilding import Site, append, line

BASE = "https://example.org/ml/reports/"
HOSTED = Hosting(BASE)

# Ends of elements and attributes, entities, letters that XML forbids, that hide, and that turn others around.
HOSTILE = "]]></title><script>alert(1)</script>\"'&amp;&#0; \x00\x1b\x7f\ufffe\u202e\u2028 -->"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two projects, a run that failed, two deployments of which one failed, all in a known order; hosted, not yet built."""
    root = workspace_of(
        tmp_path / "workspace",
        put_run("a", "one", ended_at="2026-01-01T01:00:00Z"),
        put_run("a", "two", ended_at="2026-01-03T01:00:00.5Z", status="failed"),
        put_run("b", "begun", started_at="2026-01-04T00:00:00Z", ended_at=None, status="open"),
        put_deployment("a", "live", "one"),
        {**(bad := put_deployment("a", "bad", "one")), "model": {**bad["model"], "status": "failed", "ended_at": "2026-01-02T00:00:00Z"}},
    )
    return Site(root, tmp_path / "site", hosting=HOSTED)


@pytest.fixture
def hostile(tmp_path: Path) -> Site:
    """A project, a run and a deployment that are called something that breaks out of anything."""
    run, deployment, project = put_run("a", "one", status="failed"), put_deployment("a", "live", "one"), put_project("a")
    run["model"]["name"] = deployment["model"]["deployment_name"] = project["model"]["name"] = HOSTILE
    return Site(workspace_of(tmp_path / "workspace", run, deployment, project), tmp_path / "site", hosting=HOSTED)


def html(site: Site) -> dict[str, str]:
    return {name: content.decode() for name, content in tree(site.out).items() if name.endswith(".html")}


def feed(site: Site) -> Any:
    """The feed as a reader of feeds has it."""
    parsed = feedparser.parse((site.out / "feed.xml").read_bytes())
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


# ---------------------------------------------------------------- what lies beside the pages


def test_every_site_says_no_jekyll_and_has_a_page_for_what_is_not_there_both_in_the_manifest(tmp_path: Path) -> None:
    site = Site(workspace_of(tmp_path / "workspace", put_run("a", "one")), tmp_path / "site")
    built = site.build()
    files = tree(site.out)
    assert files.keys() == BESIDE | {"index.html", "projects/a.html", "runs/a.one.html"}
    assert files[".nojekyll"] == b""
    assert built.files == len(files) - 1
    assert all(f'"{name}"'.encode() in files["manifest.json"] for name in (".nojekyll", "404.html"))


def test_without_html_there_is_no_such_page(site: Site) -> None:
    site.formats = ("md",)
    site.build()
    assert not html(site)
    assert (site.out / ".nojekyll").exists()


@pytest.mark.parametrize("assets", ["inline", "external"])
def test_a_page_for_what_is_not_there_leads_nowhere_where_no_address_is_known_since_it_is_shown_at_any_depth(
    site: Site, assets: Any
) -> None:
    site.hosting, site.assets = NOWHERE, assets
    site.build()
    page = read_page(html(site)["404.html"])
    assert page.fetched == []
    assert [link for link in page.links if not link.startswith("#")] == []
    assert "index.html, in the top folder" in page.text


@pytest.mark.parametrize("assets", ["inline", "external"])
def test_a_page_for_what_is_not_there_leads_to_the_index_by_its_full_address(site: Site, assets: Any) -> None:
    site.assets = assets
    site.build()
    page = read_page(html(site)["404.html"])
    assert {link for link in page.links if not link.startswith("#")} == {f"{BASE}index.html"}
    assert {bool(address.startswith(f"{BASE}assets/")) for address in page.fetched} == ({True} if assets == "external" else set())


# ---------------------------------------------------------------- what a page says of itself


def head_of(page: str) -> dict[str, str]:
    """What a page tells programs, by name."""
    return dict(re.findall(r'<(?:meta (?:name|property)|link rel)="([^"]+)"[^>]* (?:content|href)="([^"]*)"', page))


def test_a_page_says_where_it_lies_and_what_it_is_about(site: Site) -> None:
    site.build()
    pages = html(site)
    run = head_of(pages["runs/a.two.html"])
    assert run["canonical"] == run["og:url"] == f"{BASE}runs/a.two.html"
    assert (run["og:type"], unescape(run["og:title"])) == ("article", "two · a · All runs")
    assert unescape(run["og:description"]).startswith("Run · failed · error: ")
    index = head_of(pages["index.html"])
    assert (index["og:type"], index["og:url"], index["alternate"]) == ("website", f"{BASE}index.html", "feed.xml")
    assert "alternate" not in run
    assert [name for name, page in pages.items() if head_of(page).get("canonical") != f"{BASE}{name}"] == ["404.html"]


def test_an_address_changes_the_head_of_a_page_and_nothing_else(site: Site) -> None:
    site.build()
    hosted = html(site)
    site.hosting = NOWHERE
    site.build()
    added = re.compile(r'<(link rel="(canonical|alternate)"|meta property="og:).*\n')
    plain = html(site)
    assert {name: added.sub("", page) for name, page in hosted.items() if name != "404.html"} == {
        name: page for name, page in plain.items() if name != "404.html"
    }


@pytest.mark.parametrize("hosting", [NOWHERE, HOSTED])
def test_search_engines_are_kept_out_unless_they_are_let_in(site: Site, hosting: Hosting) -> None:
    site.hosting = hosting
    site.build()
    assert {(head["robots"], head["referrer"]) for head in map(head_of, html(site).values())} == {("noindex", "no-referrer")}
    site.hosting = Hosting(hosting.base_url, indexed=True)
    site.build()
    closed = {name for name, page in html(site).items() if {"robots", "referrer"} & head_of(page).keys()}
    assert closed == {"404.html"}


def test_a_hostile_name_breaks_out_of_no_preview(hostile: Site) -> None:
    hostile.build()
    for name, page in html(hostile).items():
        assert "<script>alert" not in page, name
    title = head_of(html(hostile)["runs/a.one.html"])["og:title"]
    assert title.startswith("]]&gt;&lt;/title&gt;&lt;script&gt;")
    assert not re.search("[\x00\x1b\x7f\u202e\u2028]", title)


# ---------------------------------------------------------------- the feed


def test_a_feed_tells_of_runs_failures_and_deployments_the_newest_first(site: Site) -> None:
    site.build()
    entries = feed(site).entries
    assert [(entry.title, [tag.term for tag in entry.tags]) for entry in entries] == [
        ("b · run begun · open", ["run", "open"]),
        ("a · run two · failed", ["run", "failed"]),
        ("a · deployment bad · failed", ["deployment", "failed"]),
        ("a · run one · completed", ["run", "completed"]),
        ("a · deployment live · completed", ["deployment", "completed"]),
    ]
    assert [entry.updated for entry in entries[:2]] == ["2026-01-04T00:00:00Z", "2026-01-03T01:00:00.5Z"]
    assert entries[1].id == entries[1].link == f"{BASE}runs/a.two.html"
    assert entries[1].author == "a"
    assert entries[4].summary == "Deployment · completed · from run one"


def test_a_feed_is_one_by_rfc_4287(site: Site) -> None:
    site.build()
    assert atom_faults((site.out / "feed.xml").read_bytes()) == []
    assert feed(site).version == "atom10"
    assert feed(site).feed.updated == "2026-01-04T00:00:00Z"


def test_a_feed_of_nothing_is_one_too(tmp_path: Path) -> None:
    site = Site(workspace_of(tmp_path / "workspace"), tmp_path / "site", hosting=HOSTED)
    site.build()
    assert atom_faults((site.out / "feed.xml").read_bytes()) == []
    assert feed(site).entries == []


def test_what_is_wrong_with_a_feed_is_seen() -> None:
    bare = f'<feed xmlns="{ATOM[1:-1]}"><updated>today</updated><entry><id>run:a.one</id></entry></feed>'
    faults = atom_faults(bare.encode())
    assert {"0 id in feed", "feed has no time", "nobody is the author", "run:a.one is no IRI", "entry has 0 alternates"} <= set(faults)


def test_a_hostile_name_breaks_no_feed(hostile: Site) -> None:
    hostile.title = HOSTILE
    hostile.build()
    text = (hostile.out / "feed.xml").read_bytes()
    assert atom_faults(text) == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\u202e\u2028]", text.decode())
    assert {entry.link for entry in feed(hostile).entries} == {f"{BASE}runs/a.one.html", f"{BASE}deployments/a.live.html"}
    assert all("]]></title><script>alert(1)</script>" in entry.title for entry in feed(hostile).entries)


def test_a_feed_leads_to_pages_of_the_first_format(site: Site) -> None:
    site.formats = ("md", "json")
    site.build()
    assert {Path(entry.link).suffix for entry in feed(site).entries} == {".md"}
    assert {Path(url).suffix for url in locations((site.out / "sitemap.xml").read_bytes())} == {".md"}


# ---------------------------------------------------------------- sitemaps


def test_a_sitemap_names_every_page_below_the_address(site: Site) -> None:
    site.build()
    text = (site.out / "sitemap.xml").read_bytes()
    assert sitemap_faults(text, BASE) == []
    assert locations(text) == sorted(f"{BASE}{name}" for name in html(site) if name != "404.html")


def test_a_sitemap_of_too_many_is_one_of_sitemaps(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build()
    whole = locations((site.out / "sitemap.xml").read_bytes())
    monkeypatch.setattr(sitemap, "MAX_URLS", 3)
    site.build()
    files = tree(site.out)
    parts = [url.removeprefix(BASE) for url in locations(files["sitemap.xml"])]
    assert parts == [f"sitemap-000{number}.xml" for number in range(1, -(-len(whole) // 3) + 1)]
    assert b"<sitemapindex" in files["sitemap.xml"]
    assert [sitemap_faults(files[name], BASE) for name in ("sitemap.xml", *parts)] == [[]] * (len(parts) + 1)
    assert [url for name in parts for url in locations(files[name])] == whole
    monkeypatch.undo()
    site.build()
    site.assert_is_clean()


def test_sitemaps_of_the_longest_addresses_stay_within_the_limits() -> None:
    base = base_url(f"https://example.org/{'a' * (MAX_BASE - 20)}")
    pages = [f"comparisons/{number:0250}.html" for number in range(sitemap.MAX_URLS + 1)]
    found = sitemaps(Hosting(base), pages)
    assert sorted(found) == ["sitemap-0001.xml", "sitemap-0002.xml", "sitemap.xml"]
    assert [len(locations(found[name])) for name in sorted(found)] == [sitemap.MAX_URLS, 1, 2]
    assert sitemap_faults(found["sitemap-0001.xml"], base) == []


# ---------------------------------------------------------------- built again


def test_nothing_new_writes_nothing(site: Site) -> None:
    site.build()
    before = site.modified()
    built = site.build()
    assert (built.made, built.written) == (0, 0)
    assert site.modified() == before


def test_sitemap_and_feed_follow_the_workspace(site: Site) -> None:
    site.build()
    append(site.root, build.LEDGER, line(put_run("a", "three", ended_at="2026-02-01T00:00:00Z")))
    site.build()
    assert feed(site).entries[0].title == "a · run three · completed"
    assert f"{BASE}runs/a.three.html" in locations((site.out / "sitemap.xml").read_bytes())
    site.assert_is_clean()


@pytest.mark.parametrize("hosting", [NOWHERE, Hosting("http://elsewhere.test/"), Hosting(BASE, indexed=True)])
def test_another_address_makes_the_site_of_a_clean_build(site: Site, hosting: Hosting) -> None:
    site.build()
    site.hosting = hosting
    site.build()
    assert ("feed.xml" in tree(site.out)) is bool(hosting.base_url)
    site.assert_is_clean()


# ---------------------------------------------------------------- served


class _Pages(SimpleHTTPRequestHandler):
    """Serves as GitHub Pages does: what is not there gets the site's own 404.html."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        content = (Path(self.directory) / "ml" / "reports" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as it is called there
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder behind a static server on this machine; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def fetch(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def crawled(start: str) -> dict[str, int]:
    """Every address that one leads to by links and by what pages fetch, and what the server answers."""
    found: dict[str, int] = {}
    waiting = [start]
    while waiting:
        url = waiting.pop().partition("#")[0]
        if url not in found:
            found[url], text = fetch(url)
            page = read_page(text) if url.endswith(".html") else None
            waiting += [urljoin(url, link) for link in (*page.links, *page.fetched)] if page else []
    return found


@pytest.mark.parametrize("assets", ["inline", "external"])
def test_a_site_works_below_a_path_of_a_server_and_from_disk(tmp_path: Path, assets: Any) -> None:
    folder = tmp_path / "www"
    with served(folder) as server:
        base = f"{server}/ml/reports/"
        site = Site(
            CHECKOUT / "site_example" / ".contexta", folder / "ml" / "reports", ("html", "md"), assets=assets, hosting=Hosting(base)
        )
        site.cache = tmp_path / "cache"
        site.build()
        answers = crawled(f"{base}index.html")
        assert set(answers.values()) == {200}
        assert all(url.startswith(base) for url in answers)
        assert {url for url in answers if url.endswith(".html")} == {f"{base}{name}" for name in html(site) if name != "404.html"}
        told = [*locations((site.out / "sitemap.xml").read_bytes()), *(entry.link for entry in feed(site).entries)]
        assert [url for url in told if answers.get(url) != 200] == []
        status, gone = fetch(f"{base}runs/very/deep/gone.html")
        assert (status, crawled(f"{base}runs/very/deep/gone.html").pop(f"{base}index.html")) == (404, 200)
        assert read_page(gone).text.startswith("Page not found")
    assert [fault for fault in broken_links(site.out) if not fault.startswith("404.html: http://127.0.0.1:")] == []
