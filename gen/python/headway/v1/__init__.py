"""Messages and stubs of Headway, generated from proto/headway/v1."""
