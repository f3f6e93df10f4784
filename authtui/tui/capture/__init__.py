"""The desk while a program is watched through the proxy: predicted beside observed."""
