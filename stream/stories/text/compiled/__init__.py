"""The evidence of articles in compiled code: the rules of tokenizer.py and entities.py on arrays of code points."""
