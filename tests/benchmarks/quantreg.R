# Fits once with quantreg; prints the seconds of rq.fit alone, then the coefficients, intercept first.
# Arguments: a file of doubles (the columns of [target, features], one after another), its number of columns, quantile, method.
suppressMessages(library(quantreg))
arguments <- commandArgs(trailingOnly = TRUE)
columns <- as.integer(arguments[2])
tau <- as.numeric(arguments[3])
method <- arguments[4]
table <- matrix(readBin(arguments[1], "double", n = file.size(arguments[1]) / 8), ncol = columns)
y <- table[, 1]
X <- cbind(1, table[, -1])
some <- seq_len(min(length(y), 50 * columns))
invisible(try(rq.fit(X[some, ], y[some], tau, method = "fn"), silent = TRUE)) # load the code before the clock starts
start <- Sys.time()
fit <- rq.fit(X, y, tau, method = method)
cat(sprintf("%.17g", c(as.numeric(Sys.time() - start, units = "secs"), fit$coefficients)))
