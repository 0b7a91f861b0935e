// Placeholder of the first commit; replaced by the helpers of the tests.
