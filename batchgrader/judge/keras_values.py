"""Keras layers and models as configuration and weights: rebuilt elsewhere, they are real ones.

A class of the student's that only pretends to be a layer has no configuration that Keras knows,
and what crosses is checked before Keras sees it: Keras would import any module that a
configuration names (keras/src/saving/serialization_lib.py).
"""

import sys

from batchgrader.judge import values

# Classes that carry code, or run what is not Keras's.
CODE = ("__lambda__", "__typespec__", "function", "Lambda", "TorchModuleWrapper", "TFSMLayer",
        "JaxLayer", "FlaxLayer")


def encode(value):
    """Return a layer, model, class of layers or symbolic input as data; None if it is none."""
    keras = sys.modules["keras"]
    if type(value) is keras.KerasTensor:
        return {"keras": {"tensor": [list(value.shape), str(value.dtype)]}}
    if isinstance(value, type) and getattr(keras.layers, value.__name__, None) is value:
        return {"keras": {"class": value.__name__}}
    if not isinstance(value, keras.layers.Layer):
        return None
    kind = type(value)
    if not kind.__module__.startswith("keras."):
        raise values.NotByValue(f"it is a layer of a class of the student's, {kind.__name__}")
    try:
        config = keras.saving.serialize_keras_object(value)
    except Exception as error:
        raise values.NotByValue(f"it is a layer without a configuration: {error}") from None
    weights = [values.encode(array) for array in value.get_weights()] if value.built else None
    return {"keras": {"layer": values.encode(_plain(config)), "weights": weights}}


def encode_graph(inputs, result):
    """Return the graph from symbolic inputs to a symbolic result, or to several, as data.

    None if `result` is no such thing. inputs: list of symbolic tensors.
    """
    keras = sys.modules["keras"]
    several = type(result) in (tuple, list)
    outputs = list(result) if several else [result]
    if not outputs or not all(type(output) is keras.KerasTensor for output in outputs):
        return None
    graph = encode(keras.Model(inputs, outputs))["keras"]
    return {"graph": {**graph, "several": several and type(result).__name__}}


def decode_graph(content, inputs):
    """Return the result of a graph from encode_graph() on other symbolic inputs."""
    model = decode({"layer": content["layer"], "weights": content["weights"]})
    outputs = model(inputs if len(inputs) > 1 else inputs[0])
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    return {"tuple": tuple, "list": list}.get(content["several"], lambda many: many[0])(outputs)


def is_layer(value):
    """Return whether a value is a layer or a model."""
    return "keras" in sys.modules and isinstance(value, sys.modules["keras"].layers.Layer)


def symbolic(arguments):
    """Return the symbolic tensors among arguments."""
    keras = sys.modules.get("keras")
    return [value for value in arguments if keras and type(value) is keras.KerasTensor]


def decode(content):
    """Return the layer, model, class or symbolic input; NotByValue if it is none of Keras's."""
    import keras

    if "tensor" in content:
        shape, dtype = content["tensor"]
        return keras.Input(batch_shape=tuple(shape), dtype=str(dtype))
    if "class" in content:
        found = getattr(keras.layers, str(content["class"]))
        return found if isinstance(found, type) else values.refuse("it is no class of a layer")
    config = values.decode(content["layer"])
    _check(config)
    layer = keras.saving.deserialize_keras_object(config, safe_mode=True)
    if not isinstance(layer, keras.layers.Layer):
        raise values.NotByValue("it is no layer")
    if content["weights"] is not None:
        arrays = [values.decode(array) for array in content["weights"]]
        if not layer.built and arrays:
            raise values.NotByValue("it is a layer that Keras cannot build again")
        layer.set_weights(arrays)
    return layer


def _plain(config):
    """Return a configuration without TensorFlow's own containers."""
    if isinstance(config, dict):
        return {str(key): _plain(value) for key, value in config.items()}
    if isinstance(config, (list, tuple)):
        return (tuple if isinstance(config, tuple) else list)(map(_plain, config))
    return config


def _check(config):
    """Raise NotByValue unless all classes that a configuration names are Keras's own."""
    if isinstance(config, dict):
        home = str(config.get("module") or "keras").split(".")[0]
        if "class_name" in config and (config["class_name"] in CODE
                                       or home != "keras"):
            raise values.NotByValue("it is a layer with code of the student's in it")
        for value in config.values():
            _check(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            _check(value)
