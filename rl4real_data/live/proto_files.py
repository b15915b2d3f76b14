"""The .proto files that come with the package, as message classes.

They are read here as the plugin reads them, so that no generated code has to fit a release of protobuf. What is
understood is what our own files say: messages within messages, `repeated`, numbers, strings, services.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rl4real_data.core.extras import required_by
from rl4real_data.core.shipped_files import proto_dir

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto

INFERENCE: Final = "registerallocationinference.RegisterAllocationInference/getAdvice"
TRAINING: Final = "registerallocation.RegisterAllocation/codeGen"

_TOKEN: Final = re.compile(r"//[^\n]*|\s+|([\w.]+|\"[^\"]*\"|[{}()=;])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of a service: `name` is "package.Service/method"; the classes are protobuf's."""

    name: str
    request: Any
    response: Any


def find_method(name: str, *, schema: str = "") -> Method:
    """A method of the shipped services, or of a .proto file's text. KeyError if there is none of this name."""
    with required_by("gRPC", extra="live"):
        from google.protobuf import descriptor_pool, message_factory
    service, _, method = name.partition("/")
    pool = descriptor_pool.DescriptorPool()
    texts = [schema] if schema else [path.read_text(encoding="utf-8") for path in sorted(proto_dir().glob("*.proto"))]
    for number, text in enumerate(texts):
        pool.Add(read_file(text, name=f"{number}.proto"))
    found = pool.FindServiceByName(service).methods_by_name[method]
    return Method(
        name=name,
        request=message_factory.GetMessageClass(found.input_type),
        response=message_factory.GetMessageClass(found.output_type),
    )


def read_file(text: str, *, name: str) -> FileDescriptorProto:
    """The description of a .proto file's text."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    file = FileDescriptorProto(name=name, syntax="proto3")
    tokens = iter([match[1] for match in _TOKEN.finditer(text) if match[1]])
    for word in tokens:
        if word == "package":
            file.package = next(tokens)
        elif word == "service":
            _read_service(tokens, file)
        elif word == "message":
            _read_message(tokens, file.message_type.add())
    for message in file.message_type:
        _resolve(message, f".{file.package}.{message.name}", {f".{file.package}.{m.name}" for m in file.message_type})
    return file


def _read_service(tokens: Iterator[str], file: FileDescriptorProto) -> None:
    service = file.service.add(name=next(tokens))
    for word in tokens:
        if word == "}":
            return
        if word == "rpc":
            method, _, request, _, _, _, response = (next(tokens) for _ in range(7))
            service.method.add(
                name=method, input_type=f".{file.package}.{request}", output_type=f".{file.package}.{response}"
            )
            for _ in range(3):  # ) { }
                next(tokens)


def _read_message(tokens: Iterator[str], message: DescriptorProto) -> None:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    message.name = next(tokens)
    next(tokens)  # {
    for word in tokens:
        if word == "}":
            return
        if word == "message":
            _read_message(tokens, message.nested_type.add())
            continue
        repeated = word == "repeated"
        kind, name, _, number, _ = (next(tokens) if repeated else word, *(next(tokens) for _ in range(4)))
        label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
        message.field.add(name=name, number=int(number), label=label, type_name=kind)


def _resolve(message: DescriptorProto, path: str, known: set[str]) -> None:
    """Turns the word of each field's type into a type, or into the full name of a message that is in sight."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    inside = known | {f"{path}.{nested.name}" for nested in message.nested_type}
    for field in message.field:
        names = [name for name in inside if name.endswith(f".{field.type_name}")]
        if names:
            field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, max(names, key=len)
        else:
            field.type = FieldDescriptorProto.Type.Value(f"TYPE_{field.type_name.upper()}")
            field.ClearField("type_name")
    for nested in message.nested_type:
        _resolve(nested, f"{path}.{nested.name}", inside)
