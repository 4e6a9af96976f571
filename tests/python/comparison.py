"""What a call does, as a value that two implementations can be compared by."""

import array

import numpy


def plain(value):
    if isinstance(value, numpy.ndarray):
        return ("array", value.tolist(), str(value.dtype), value.shape, value.flags.writeable)
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return value


def outcome(call, *arguments, **keywords):
    """("value", result), or the name and arguments of the exception."""
    try:
        return "value", plain(call(*arguments, **keywords))
    except Exception as error:
        return type(error).__name__, plain(error.args)


def evaluate(expression, module, encoding):
    """What an expression does in which `enc` is an encoding and `tiktoken` its module."""
    result = outcome(eval, expression, {"enc": encoding, "tiktoken": module, "np": numpy, "array": array.array})
    assert result[0] not in ("NameError", "SyntaxError"), result
    return result
