"""The shipped .proto files as message classes; protobuf itself must take the descriptions."""

from __future__ import annotations

import pytest

from rl4real_data.live.grpc_server import read_fields, write_first_field
from rl4real_data.live.proto_files import INFERENCE, TRAINING, find_method, read_file

NUMBERS = {
    "regProf": {
        **{"regID": 1, "color": 2, "spillWeight": 3, "cls": 4, "splitSlots": 5, "interferences": 6},
        **{"useDistances": 7, "positionalSpillWeights": 8, "vectors": 9},
    },
}


def test_field_numbers_are_those_of_the_bridge() -> None:
    request = find_method(INFERENCE).request.DESCRIPTOR

    assert {field.name: field.number for field in request.fields} == {
        **{"regProf": 1, "funcName": 2, "fileName": 3, "funid": 4, "result": 5, "new": 6}
    }
    nodes = request.fields_by_name["regProf"].message_type
    assert {field.name: field.number for field in nodes.fields} == NUMBERS["regProf"]


def test_bytes_on_the_wire() -> None:
    """By hand: a packed list of field 1, a text of field 2."""
    assert find_method(INFERENCE).response(data=[1, 7, 0]).SerializeToString() == b"\x0a\x03\x01\x07\x00"
    call = find_method(TRAINING).request(message="Exit", color=[{"key": "7", "value": 3}])
    assert call.SerializeToString() == b"\x0a\x04Exit" + b"\x22\x05\x0a\x017\x10\x03"


def test_fields_become_pairs() -> None:
    request = find_method(INFERENCE).request(new=True, funcName="f")
    node = request.regProf.add(regID=7, interferences=[8, 9])
    node.vectors.add(vec=[0.5, 1.5])
    node.vectors.add(vec=[2.5, 3.5])
    fields = dict(read_fields(request))

    assert (fields["new"], fields["funcName"]) == (True, "f")
    assert next(name for name, _ in read_fields(request)) == "regProf"
    told = dict(fields["regProf"])
    assert (told["regID"], told["interferences"], told["vectors"]) == (7, [8, 9], [[0.5, 1.5], [2.5, 3.5]])


SCHEMA = """
syntax = "proto3"; // one line
package a.b;
service S { rpc one(M) returns (N) {} rpc none(M) returns (E) {} }
message M { message Inner { repeated bool flags = 3; } repeated Inner inners = 1; Inner alone = 2; N other = 4; }
message N { double number = 1; }
message E {}
"""


def test_another_schema() -> None:
    method = find_method("a.b.S/one", schema=SCHEMA)
    fields = {field.name: field.message_type.full_name for field in method.request.DESCRIPTOR.fields}

    assert fields == {"inners": "a.b.M.Inner", "alone": "a.b.M.Inner", "other": "a.b.N"}
    assert write_first_field(method.response(), [2.5]).number == 2.5
    assert write_first_field(find_method("a.b.S/none", schema=SCHEMA).response(), [1]).ByteSize() == 0
    with pytest.raises(ValueError, match="too many values"):
        write_first_field(method.response(), [1, 2])


def test_unknown_methods() -> None:
    with pytest.raises(KeyError):
        find_method("a.b.S/other", schema=SCHEMA)
    with pytest.raises(KeyError):
        find_method("no.Service/method")


def test_a_file_may_be_read_twice() -> None:
    assert read_file(SCHEMA, name="x") == read_file(SCHEMA, name="x")
