"""The board: a web page of the stories, made from the public topics alone."""
