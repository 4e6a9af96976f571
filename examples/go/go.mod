module token_ranker_example

go 1.21
