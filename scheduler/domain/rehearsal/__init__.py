"""What a protocol would send to many patients: counted, and compared with another edition of it. Pure."""
