"""The pages. Each view finds its clinic through `access` and leaves the work to the use cases."""
