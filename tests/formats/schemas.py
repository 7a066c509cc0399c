"""Validity by the published schemas, found through MTQA_SCHEMAS."""

import functools
from pathlib import Path

from lxml import etree

XML_NAMESPACE_SCHEMA = "xliff2.1/informativeCopiesOf3rdPartySchemas/w3c/xml.xsd"
CORES = {
    "1.1": "xliff/xliff-core-1.1.xsd",
    "1.2": "xliff/xliff-core-1.2-transitional.xsd",
    "2.0": "xliff2.0/xliff_core_2.0.xsd",
    "2.1": "xliff2.1/xliff_core_2.0.xsd",
    "2.2": "xliff2.2/xliff_core_2.2.xsd",
}


class _Local(etree.Resolver):
    """Answers every import from the folder, and nothing from the network."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home

    def resolve(self, url: str | None, _public: str | None, context: object) -> object:
        name = (url or "").rsplit("/", 1)[-1]
        if name == "xml.xsd":
            return self.resolve_file((self.root / XML_NAMESPACE_SCHEMA).open("rb"), context, close=True)
        found = next((path for path in (self.home / name, self.home / "modules" / name) if path.is_file()), None)
        return self.resolve_filename(str(found), context) if found else self.resolve_string(b"", context)


@functools.cache
def _schema(root: Path, version: str) -> etree.XMLSchema:
    """The core with the modules that our output uses."""
    core = root / CORES[version]
    modules = ("matches.xsd", "metadata.xsd") if version[0] == "2" else ()
    found = [core, *(path for name in modules for path in core.parent.rglob(name))]
    namespaces = [etree.parse(path).getroot().get("targetNamespace") for path in found]
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{path}"/>'
        for namespace, path in zip(namespaces, found, strict=True)
    )
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(root, core.parent))
    joined = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(joined, parser, base_url=str(core.parent / "all.xsd")))


@functools.cache
def _dtd(root: Path, version: str) -> etree.DTD:
    with (root / "tmx" / ("tmx11.dtd" if version == "1.1" else "tmx14.dtd")).open("rb") as file:
        return etree.DTD(file)


def faults(root: Path, content: bytes) -> list[str]:
    """What the schema of a document says against it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    tree = etree.fromstring(content, parser)
    name, version = etree.QName(tree), tree.get("version", "")
    if name.localname == "tmx":
        checker: etree.DTD | etree.XMLSchema = _dtd(root, version)
    else:
        checker = _schema(root, "2.2" if str(name.namespace).endswith("2.2") else version)
    checker.validate(tree)
    return [error.message for error in checker.error_log]


# The published schema of memoQ is older than the status of machine-translated rows.
MEMOQ_IS_YOUNGER = "'MachineTranslated'"


def memoq_faults(root: Path, content: bytes) -> list[str]:
    """What memoQ's schema says against its attributes of units, the only place that is written to."""
    schema = etree.parse(next((root / "memoq").glob("*.xsd"))).getroot()
    namespace = {"xs": "http://www.w3.org/2001/XMLSchema"}
    types = {
        name: [value.get("value") for value in kind.iterfind(".//xs:enumeration", namespace)]
        for kind in schema.iterfind("xs:simpleType", namespace)
        if (name := kind.get("name"))
    }
    known = {item.get("name"): types.get(item.get("type", "")) for item in schema.iterfind("xs:attribute", namespace)}
    found = []
    for node in etree.fromstring(content).iter("{*}trans-unit"):
        for key, value in node.attrib.items():
            name = etree.QName(key)
            if name.namespace == "MQXliff":
                allowed = known.get(name.localname)
                if name.localname not in known or (allowed and value not in allowed):
                    found.append(f"mq:{name.localname} {value!r}")
    return found
