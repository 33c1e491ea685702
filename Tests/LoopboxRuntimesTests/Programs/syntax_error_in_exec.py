exec("1 +")
# finding: uncaught-exception 1 | SyntaxError: invalid syntax
