"""The published contract, made from the types that the code itself writes: schemas, AsyncAPI, tables of the docs.

`python -m stream.documents` renews the files in docs/; a test holds them to the code.
"""
