"""Reading tables and writing results: the only user of pyarrow's readers and writers."""
