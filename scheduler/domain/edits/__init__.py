"""What a clinic edits in a protocol beyond lengths and times, what is wrong with it, and what it changes.

An edit is a name with a text; `clinic_values` reads them all. Everything here is pure.
"""
