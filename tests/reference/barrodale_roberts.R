# Prints the sum of pinball losses at the optimum that quantreg's exact simplex finds.
# Arguments: a file of doubles (the rows of [target, features], one after another), its number of columns, the quantile.
library(quantreg)
arguments <- commandArgs(trailingOnly = TRUE)
columns <- as.integer(arguments[2])
tau <- as.numeric(arguments[3])
values <- readBin(arguments[1], "double", n = file.size(arguments[1]) / 8)
table <- matrix(values, ncol = columns, byrow = TRUE)
y <- table[, 1]
X <- cbind(1, table[, -1])
X <- sweep(X, 2, apply(abs(X), 2, max), "/")
decomposition <- qr(X, tol = 1e-9)
X <- X[, decomposition$pivot[seq_len(decomposition$rank)], drop = FALSE]
residual <- y - X %*% suppressWarnings(rq.fit(X, y, tau, method = "br"))$coefficients
cat(as.character(packageVersion("quantreg")), sprintf("%.17g", sum(residual * (tau - (residual < 0)))))
