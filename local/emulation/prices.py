"""A price feed with a script, which has the three routes of CoinGecko's API that are used.

  GET    /_carillon/prices/simple/price   as CoinGecko answers it, at this very moment unless a coin's `at` says otherwise
  GET    /_carillon/prices/coins/list
  GET    /_carillon/prices/coins/markets  those that have a `market_cap`, the largest first
  PATCH  /_carillon/prices   {"coins": {"bitcoin": {"symbol": "btc", "prices": {"usd": "64250.5"}}}, "answers": [...]}
                             A price is written as it stands there (1e-7, null, "text" in quotes). `at` is unix seconds, or null for
                             none. A coin that is null is taken off. `answers` come in place of the next ones, in their order,
                             {"status": 429, "headers": {"retry-after": "5"}, "body": "...", "times": 3}; what one leaves out is
                             as it would be, so that {"delay": 2} (seconds) is a slow answer.
  GET    /_carillon/prices   what is told, and the requests so far
  DELETE /_carillon/prices   as it was at the start
"""

import asyncio
import copy
import json
import threading
import time
from urllib.parse import parse_qs

from .asgi import read, reply

START = {
    "bitcoin": {"symbol": "btc", "market_cap": 1280000000000, "prices": {"usd": "64250.5", "eur": "59110.46", "pln": "253146.97"}},
    "ethereum": {"symbol": "eth", "market_cap": 376000000000, "prices": {"usd": "3120.75", "eur": "2871.09", "pln": "12295.76", "btc": "0.04857161"}},
    "solana": {"symbol": "sol", "market_cap": 86000000000, "prices": {"usd": "182.4", "eur": "167.81", "pln": "718.66", "btc": "0.00283889"}},
    "dogecoin": {"symbol": "doge", "market_cap": 23800000000, "prices": {"usd": "0.16234", "eur": "0.14935", "pln": "0.63962", "btc": "2.5267e-06"}},
    "pepe": {"symbol": "pepe", "market_cap": 4100000000, "prices": {"usd": "9.86e-06", "eur": "9.07e-06", "pln": "3.885e-05"}},
    "bitcoin-cash": {"symbol": "bch", "market_cap": 7700000000, "prices": {"usd": "391.2", "eur": "359.9", "pln": "1541.33"}},
    "binance-peg-bitcoin": {"symbol": "btcb", "prices": {"usd": "64198.02"}},
    "batcat": {"symbol": "btc", "prices": {"usd": "1.94e-05"}},
}
MOST_REQUESTS = 1000

lock = threading.Lock()
coins: dict[str, dict] = copy.deepcopy(START)
answers: list[dict] = []
requests: list[str] = []


def told_of(coin: dict, currencies: list[str]) -> str:
    prices = [f'{json.dumps(each)}: {coin["prices"][each]}' for each in currencies if each in coin.get("prices", {})]
    at = coin.get("at", round(time.time(), 3))
    return "{" + ", ".join(prices + ([] if at is None else [f'"last_updated_at": {at}'])) + "}"


def prices_of(query: dict) -> str:
    asked = ",".join(query.get("ids", [])).split(",")
    currencies = ",".join(query.get("vs_currencies", [])).split(",")
    return "{" + ", ".join(f"{json.dumps(id)}: {told_of(coins[id], currencies)}" for id in asked if id in coins) + "}"


def listed(id: str, coin: dict) -> dict:
    return {"id": id, "symbol": coin["symbol"], "name": id}


def list_of(_: dict) -> str:
    return json.dumps([listed(id, coin) for id, coin in coins.items()])


def largest_of(_: dict) -> str:
    large = [{**listed(id, coin), "market_cap": coin["market_cap"]} for id, coin in coins.items() if coin.get("market_cap")]
    return json.dumps(sorted(large, key=lambda coin: -coin["market_cap"]))


ROUTES = {"/simple/price": prices_of, "/coins/list": list_of, "/coins/markets": largest_of}


def next_answer() -> dict | None:
    """The one that comes in place of the feed's, counted down."""
    if not answers:
        return None
    first = answers[0]
    first["times"] = first.get("times", 1) - 1
    if first["times"] < 1:
        answers.pop(0)
    return first


def change(script: dict) -> None:
    for id, coin in script.get("coins", {}).items():
        if coin is None:
            coins.pop(id, None)
        else:
            coins[id] = {"symbol": id, **coins.get(id, {}), **coin}
    if "answers" in script:
        answers[:] = script["answers"]


def reset() -> None:
    coins.clear()
    coins.update(copy.deepcopy(START))
    answers.clear()
    requests.clear()


async def price_feed(scope, receive, send) -> None:
    method, path = scope["method"], scope["path"].removeprefix("/_carillon/prices")
    query = scope["query_string"].decode()
    status, headers, body = 404, {}, '{"error": "no such route"}'
    if path == "":
        if method == "PATCH":
            script = json.loads(await read(receive))
        with lock:
            if method == "PATCH":
                change(script)
            elif method == "DELETE":
                reset()
            status, body = 200, json.dumps({"coins": coins, "answers": answers, "requests": requests})
    elif method == "GET" and path in ROUTES:
        with lock:
            requests.append(f"{path}?{query}")
            del requests[:-MOST_REQUESTS]
            scripted = next_answer() or {}
            status = 200
            body = ROUTES[path](parse_qs(query))
        await asyncio.sleep(scripted.get("delay", 0))
        status, headers, body = scripted.get("status", status), scripted.get("headers", {}), scripted.get("body", body)
    told = [(b"content-type", b"application/json; charset=utf-8"),
            *((name.encode(), value.encode()) for name, value in headers.items())]
    await reply(send, status, told, body.encode())
