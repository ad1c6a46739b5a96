# Fits once with quantreg; prints the seconds of rq.fit alone and the mean of |r| + (2 tau - 1) r, as JSON.
# Arguments: a folder with target.f64 and matrix.f64 (doubles, row by row), quantile, method.
suppressMessages(library(quantreg))
arguments <- commandArgs(trailingOnly = TRUE)
doubles <- function(name) {
  path <- file.path(arguments[1], name)
  readBin(path, "double", n = file.size(path) / 8)
}
y <- doubles("target.f64")
X <- cbind(1, matrix(doubles("matrix.f64"), nrow = length(y), byrow = TRUE))
tau <- as.numeric(arguments[2])
method <- arguments[3]
set.seed(0)
small <- cbind(1, matrix(rnorm(10000), ncol = 10))
invisible(try(rq.fit(small, rnorm(1000), tau, method = method), silent = TRUE)) # load the code before the clock starts
give_up <- function(error) {
  message(gsub("\n", " ", conditionMessage(error)))
  quit(status = 1)
}
start <- Sys.time()
fit <- tryCatch(rq.fit(X, y, tau, method = method), error = give_up)
seconds <- as.numeric(Sys.time() - start, units = "secs")
residual <- y - drop(X %*% fit$coefficients)
loss <- mean(abs(residual) + (2 * tau - 1) * residual)
cat(sprintf('{"seconds": %.17g, "loss": %.17g, "passes": null}\n', seconds, loss))
