"""What the examples in other languages declare is what token_ranker.h has: names, types and numbers of parameters."""

import os
import re

import pytest

import oracle

EXAMPLES = os.path.join(oracle.ROOT, "examples")
RUST_TYPES = {
    "char": "c_char", "void": "c_void", "size_t": "usize", "uint32_t": "u32", "int64_t": "i64", "int32_t": "i32",
    "token_ranker_status": "i32",
}  # fmt: skip


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def header_functions():
    """Name to (result, [(type, parameter), ...]); types without blanks around stars."""
    text = re.sub(r"/\*.*?\*/", "", read(oracle.ROOT, "include", "token_ranker.h"), flags=re.S)
    functions = {}
    for declaration in re.findall(r"^TOKEN_RANKER_API (.*?);", text, re.S | re.M):
        result, name, parameters = re.fullmatch(r"(.*?)(\w+)\((.*)\)", " ".join(declaration.split())).groups()
        functions[name] = (spelled(result), [c_parameter(parameter) for parameter in parameters.split(", ") if parameter != "void"])
    return functions


def spelled(c_type):
    return re.sub(r"\s*\*\s*", "*", c_type).strip()


def c_parameter(text):
    c_type, name = re.fullmatch(r"(.*?)(\w+)", text.strip()).groups()
    return spelled(c_type), name


def in_rust(c_type):
    """const char* is *const c_char, token_ranker_t** is *mut *mut token_ranker_t."""
    is_constant, base, stars = re.fullmatch(r"(const )?(\w+)(\**)", c_type).groups()
    pointers = ["*mut "] * len(stars)
    if is_constant:
        pointers[-1] = "*const "
    return "".join(pointers) + RUST_TYPES.get(base, base)


HEADER = header_functions()


def test_the_header_is_read_whole():
    exported = read(oracle.ROOT, "capi", "exports.txt").split()
    assert sorted(HEADER) == sorted(exported)
    assert HEADER["token_ranker_free"] == ("void", [("token_ranker_t*", "ranker")])
    assert [name for _, name in HEADER["token_ranker"][1]] == ["name", "name_size", "ranker", "error"]


def test_rust():
    text = re.sub(r"//.*", "", read(EXAMPLES, "rust", "src", "declarations.rs"))
    block = re.search(r'extern "C" \{(.*)\}', text, re.S).group(1)
    declared = re.findall(r"pub fn (\w+)\((.*?)\)(?: -> ([^;]+))?;", " ".join(block.split()))
    assert len(declared) >= 5 and len(declared) == block.count("pub fn ")
    for name, parameters, result in declared:
        expected_result, expected = HEADER[name]
        assert (result or "void") == (in_rust(expected_result) if expected_result != "void" else "void"), name
        found = [tuple(part.strip() for part in parameter.split(":")) for parameter in parameters.split(",") if parameter.strip()]
        assert found == [(parameter, in_rust(c_type)) for c_type, parameter in expected], name
    for name, value in re.findall(r"pub const (\w+): i32 = (\d+);", text):
        assert re.search(r"#define TOKEN_RANKER_%s %s\b" % (name, value), read(oracle.ROOT, "include", "token_ranker.h")), name


def test_node():
    text = read(EXAMPLES, "node", "token_ranker.js")
    declared = re.findall(r"library\.func\([`\"](.*?)[`\"]\)", text, re.S)
    assert len(declared) >= 5
    for declaration in declared:
        result, name, parameters = re.fullmatch(r"(.*?)(\w+)\((.*)\)", " ".join(declaration.replace("_Out_ ", "").split())).groups()
        expected_result, expected = HEADER[name]
        assert spelled(result) == expected_result.replace("token_ranker_status", "int32_t"), name
        assert [c_parameter(parameter) for parameter in parameters.split(", ")] == expected, name


def go_declarations():
    text = read(EXAMPLES, "go_without_cgo", "main.go")
    kinds = dict(re.findall(r"^\s*(\w+)\s+func\(([^)]*)\)", text, re.M))
    return [(name, kinds[variable]) for variable, name in re.findall(r"RegisterLibFunc\(&(\w+), library, \"(\w+)\"\)", text)]


def java_declarations():
    text = " ".join(read(EXAMPLES, "java", "Tokens.java").split())
    found = re.findall(r"function\(\"(\w+)\", I32, ([^)]*)\)", text)
    return found + re.findall(r"find\(\"(\w+)\"\)\.orElseThrow\(\), FunctionDescriptor\.ofVoid\(([^)]*)\)", text)


def jna_declarations():
    return re.findall(r"^    (?:int|void) (token_ranker\w*)\(([^)]*)\);", read(EXAMPLES, "java_jna", "Tokens.java"), re.M)


@pytest.mark.parametrize("declared", [go_declarations, java_declarations, jna_declarations])
def test_numbers_of_parameters(declared):
    functions = declared()
    assert {"token_ranker", "token_ranker_encode", "token_ranker_count", "token_ranker_decode", "token_ranker_free"} == {*dict(functions)}
    for name, parameters in functions:
        assert len(parameters.split(",")) == len(HEADER[name][1]), name
