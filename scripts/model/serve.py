"""Serves a language model file over the OpenAI HTTP API on a free port of 127.0.0.1.

usage: serve.py MODEL.gguf

Prints `listening on http://127.0.0.1:PORT` once the model answers, and ends when its standard input closes,
so that it never outlives the process that started it.
"""

import os
import pathlib
import sys

import xllamacpp

CONTEXT_TOKENS = 8192
PARALLEL_REQUESTS = 4
THREADS = 2

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.model_alias = {"gemma-3-270m"}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = CONTEXT_TOKENS
params.n_parallel = PARALLEL_REQUESTS
# One cache for all requests: each may use the whole context, where the default would give it a quarter.
params.kv_unified = True
params.cpuparams.n_threads = THREADS
params.cpuparams_batch.n_threads = THREADS
params.ui = False
params.endpoint_metrics = True
params.use_jinja = True
params.chat_template = pathlib.Path(__file__).with_name("chat-template.jinja").read_text()
# A base model goes on writing both sides of the conversation; these end its turn.
params.antiprompt = ["\nUser:", "\nThe assistant"]

server = xllamacpp.Server(params)
print(f"listening on {server.listening_address}", flush=True)
sys.stdin.buffer.read()
# The destructor of the server waits for running requests; nobody is left to read their answers.
os._exit(0)
