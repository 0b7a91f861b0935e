"""Renders chat templates with jinja2, set up as transformers sets it up.

The file that is named has a JSON object a line: `template`, and `variables` as pairs of a name and a value.
Values keep what JSON would lose: a string is itself, everything else an object with one key, `list`,
`map` (pairs), `int`, `float`, `bool` or `none`. Standard output has an object a line: `text`, or
`error` with what went wrong.
"""

import datetime
import json
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox


class Generation(jinja2.ext.Extension):
    """The block that marks what the assistant says; nothing of it is seen in the text."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_render")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def environment():
    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def strftime_now(format):
        moment = datetime.datetime(2023, 11, 14, 22, 13, 20)
        return moment.strftime(format)

    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = strftime_now
    return made


def value(written):
    if isinstance(written, str):
        return written
    (kind, content), = written.items()
    if kind == "list":
        return [value(item) for item in content]
    if kind == "map":
        return {key: value(item) for key, item in content}
    return {"int": int, "float": float, "bool": bool, "none": lambda _: None}[kind](content)


def main():
    made = environment()
    for line in open(sys.argv[1], encoding="utf-8"):
        task = json.loads(line)
        variables = {name: value(written) for name, written in task["variables"]}
        try:
            answer = {"text": made.from_string(task["template"]).render(**variables)}
            json.dumps(answer, ensure_ascii=False).encode()
        except Exception as fault:
            answer = {"error": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer))


main()
