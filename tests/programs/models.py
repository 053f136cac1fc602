"""The Model Context Protocol's own client against the program, over HTTP and over standard input and output."""

import asyncio
import json
import sys
import urllib.request

import mcp
from mcp.client.stdio import StdioServerParameters, stdio_client

try:
    from mcp.client.streamable_http import streamable_http_client as http_client
except ImportError:
    from mcp.client.streamable_http import streamablehttp_client as http_client


def fields(result):
    structured = getattr(result, "structured_content", None)
    if structured is None:
        structured = getattr(result, "structuredContent", None)
    error = getattr(result, "is_error", None)
    if error is None:
        error = getattr(result, "isError", None)
    return structured, "".join(part.text for part in result.content), bool(error)


async def converse(name, read, write, documents):
    async with mcp.ClientSession(read, write) as session:
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {"ask", "search", "status", "positions"}, tools
        for tool in tools.values():
            hint = tool.annotations
            read_only = getattr(hint, "read_only_hint", None) or getattr(hint, "readOnlyHint", None)
            assert tool.description and read_only, tool

        answer, words, error = fields(await session.call_tool("ask", {"question": "Hvilket bygg ble valgt til nytt hovedkontor?"}))
        assert not error and answer["answered"], answer
        assert any("Mølla" in excerpt["text"] for excerpt in answer["excerpts"]), answer
        assert answer["excerpts"][0]["text"].split()[0] in words
        excerpt = answer["excerpts"][0]
        text = documents(excerpt["document"]["id"])
        assert text[excerpt["start"] : excerpt["end"]] == excerpt["text"], excerpt

        declined, _, error = fields(await session.call_tool("ask", {"question": "Hvor mange giraffer bor på Saturn?"}))
        assert not error and not declined["answered"] and declined["reason"], declined

        found, _, _ = fields(await session.call_tool("search", {"query": "hovedkontor", "limit": 3}))
        assert len(found["hits"]) == 3, found
        status, words, _ = fields(await session.call_tool("status", {"topic": "hjemmekontor"}))
        assert status["found"] and status["timeline"] and words, status
        positions, _, _ = fields(await session.call_tool("positions", {"topic": "hjemmekontor", "holder": ["FASA"]}))
        assert positions["holders"] and all("FASA" in holder["holder"] for holder in positions["holders"]), positions

        # What a model can mend is told to it.
        for tool, arguments in [
            ("ask", {"question": ""}),
            ("ask", {"question": "x" * 5000}),
            ("ask", {"question": "Når?", "from": "i fjor"}),
            ("positions", {"topic": "hjemmekontor", "holder": ["Ingen"]}),
        ]:
            _, words, error = fields(await session.call_tool(tool, arguments))
            assert error and words, (tool, arguments, words)
        print(f"programs: models are answered over {name}")


async def main(base, command):
    def text_of(document):
        with urllib.request.urlopen(f"{base}/api/v1/documents/{document}") as response:
            return json.load(response)["text"]

    async with http_client(f"{base}/mcp") as streams:
        await converse("HTTP", streams[0], streams[1], text_of)
    server = StdioServerParameters(command=command[0], args=[*command[1:], "mcp"])
    async with stdio_client(server) as (read, write):
        await converse("standard input and output", read, write, text_of)

    # A page elsewhere may not have a browser ask here.
    for headers in [{"Origin": "https://other.example"}, {"Host": "other.example"}]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
        request = urllib.request.Request(f"{base}/mcp", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request) as response:
                raise AssertionError(f"{headers}: {response.status}")
        except urllib.error.HTTPError as error:
            assert error.code in (403, 421), (headers, error.code)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
