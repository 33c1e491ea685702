import warnings


def old():
    warnings.warn("use new()", DeprecationWarning, stacklevel=2)


old()
warnings.warn("numbers look odd", RuntimeWarning)
warnings.warn("by the way")
warnings.warn("soon", PendingDeprecationWarning)
# finding: deprecation-warning 8 | use new()
# finding: runtime-warning 9 | numbers look odd
# finding: other-warning 10 | by the way
# finding: deprecation-warning 11 | soon
