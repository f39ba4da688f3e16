"""Open data: what a municipality publishes here, as files that anybody may use, and what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from bot.lookup import contents, tables
from bot.lookup.asking import LANGUAGES
from bot.lookup.links import Links
from bot.lookup.view import BUILD, kept, show, show_of, standing_of
from bot.web.addresses import absolute
from bot.web.freshness import fresh, tag_of
from bot.web.limits import Limit, address_of, too_many
from bot.web.state import Reading, Web, web_parts
from knowledge.municipalities import FOUNDING

FILES = Limit("open data", 300, 60)
_TYPES: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: its name in addresses, what it is, and how its files are made. `standard` names the list of the
    recommended data set whose columns the CSV has; it can be written only where the municipality's code is known."""

    name: str
    title: str
    about: str
    table: Callable[[Links, Request], bytes]
    items: Callable[[Links, Request], Response] | None = None
    standard: str = ""


def _json(found: list[contents.Item], links: Links, request: Request) -> Response:
    return Response(contents.listing(found, links.city, request).model_dump_json(), media_type=_TYPES["json"])


DATASETS = (
    Dataset(
        "entries",
        "質問と答え",
        "市民の質問への答え・手順・出典・情報の日付。日本語のほか、書かれている言語のすべて。",
        lambda links, request: tables.entries_table(contents.entries_of(links.city, request, LANGUAGES)),
        lambda links, request: _json(contents.entries_of(links.city, request, LANGUAGES), links, request),
    ),
    Dataset(
        "procedures",
        "手続",
        "手続の名称、オンラインでできるか、入口、要るもの、来庁が要るか。",
        lambda links, _: tables.procedures_table(contents.procedures_of(links.city)),
        lambda links, request: _json(contents.procedures_of(links.city), links, request),
    ),
    Dataset(
        "classes",
        "スマホ教室",
        "教室の日時、場所、定員、申し込み。",
        lambda links, _: tables.classes_table(links.city),
        lambda links, request: _json(
            contents.classes_of(contents.real_classes(links.city), links.city, request), links, request
        ),
        "イベント一覧",
    ),
    Dataset(
        "places",
        "場所（窓口・端末・施設）",
        "名称、住所、電話、時間。JSON には Wi-Fi も入ります。",
        lambda links, _: tables.places_table(links.city),
        lambda links, request: _json(contents.places_of(links.city), links, request),
        "公共施設一覧",
    ),
    Dataset(
        "wifi",
        "公衆無線LAN（Wi-Fi）",
        "Wi-Fi が使える場所。",
        lambda links, _: tables.wifi_table(links.city),
        None,
        "公衆無線LANアクセスポイント一覧",
    ),
)
_BY_NAME = {dataset.name: dataset for dataset in DATASETS}


def _counted(request: Request, web: Web, response: Response) -> None:
    if wait := web.limits.wait(FILES, address_of(request)):
        raise too_many(wait)
    response.headers["access-control-allow-origin"] = "*"


router = APIRouter(prefix="/open-data", dependencies=[Depends(_counted)])


@router.get("/")
@router.get("", include_in_schema=False)
def catalogue(request: Request, web: Web, session: Reading) -> Response:
    """The municipalities whose data there is."""
    published = web.library.published(session)
    found = [(city, published.packs[city].name) for city in published.municipalities]

    def make() -> Response:
        return show(request, "open_data_cities.html", cities=found, licence=web.licence)

    return fresh(request, tag_of(BUILD, found, web.licence), make)


@router.get("/{municipality}")
def datasets(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """What there is of a municipality, in which columns, under which licence."""
    links = Links(web.library.city(session, municipality))

    def make() -> Response:
        files = [(dataset, list(_formats(dataset, links))) for dataset in DATASETS]
        shown = [(dataset, formats) for dataset, formats in files if formats]
        return show_of(request, "open_data.html", links, datasets=shown, licence=web.licence)

    return kept(request, links, standing_of(session, web, links.city), make, web.licence)


@router.get("/{municipality}/dataset.json")
def description(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """The description of all datasets in the words of DCAT, for catalogues that harvest."""
    links = Links(web.library.city(session, municipality))
    standing = standing_of(session, web, links.city)

    def make() -> Response:
        return _open(JSONResponse(_catalogue(links, request), media_type="application/ld+json"))

    return kept(request, links, standing, make, web.licence)


@router.get("/{municipality}/{name}.{form}")
def file(request: Request, web: Web, session: Reading, municipality: str, name: str, form: str) -> Response:
    """A file of a dataset."""
    links = Links(web.library.city(session, municipality))
    dataset = _BY_NAME.get(name)
    if dataset is None or form not in _formats(dataset, links):
        raise HTTPException(404)

    def make() -> Response:
        if form == "json" and dataset.items is not None:
            return _open(dataset.items(links, request))
        place = f'attachment; filename="{municipality}-{name}.csv"'
        headers = {"content-disposition": place}
        return _open(Response(dataset.table(links, request), media_type=_TYPES["csv"], headers=headers))

    return kept(request, links, standing_of(session, web, links.city), make, web.licence)


def _open(response: Response) -> Response:
    """Pages of any site may read it."""
    response.headers["access-control-allow-origin"] = "*"
    return response


def _formats(dataset: Dataset, links: Links) -> Iterator[str]:
    if not dataset.standard or links.city.municipality in FOUNDING:
        yield "csv"
    if dataset.items is not None:
        yield "json"


def _catalogue(links: Links, request: Request) -> dict[str, object]:
    base = absolute(request, f"/open-data/{links.city.municipality}")
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Catalog",
        "@id": base,
        "dct:title": f"{links.city.name} まどぐちのオープンデータ",
        "dct:publisher": links.city.name,
        "dct:language": "ja",
        "dct:license": web_parts(request).licence.address,
        "dcat:dataset": [_described(dataset, links, request, base) for dataset in DATASETS],
    }


def _described(dataset: Dataset, links: Links, request: Request, base: str) -> dict[str, object]:
    return {
        "@type": "dcat:Dataset",
        "dct:identifier": f"{links.city.municipality}-{dataset.name}",
        "dct:title": f"{links.city.name} {dataset.title}",
        "dct:description": dataset.about,
        "dct:conformsTo": dataset.standard and f"自治体標準オープンデータセット（推奨データセット）{dataset.standard}",
        "dct:license": web_parts(request).licence.address,
        "dcat:version": str(links.city.index.release),
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": f"{base}/{dataset.name}.{form}",
                "dcat:mediaType": _TYPES[form].partition(";")[0],
            }
            for form in _formats(dataset, links)
        ],
    }
