"""Getting text in: files, folders and zips, CSV tables, single fields, and the faults found on the way.

Knows nothing of prestatiecodes or contracts. Everything wrong becomes a `Fault` value; whole input is read before anyone complains.
No BSN, and no value that might be one, leaves this folder in a text meant for people.
"""
