"""Models in the loop: what serves a policy to compilers that ask, over the transports of the plugin's runners."""
