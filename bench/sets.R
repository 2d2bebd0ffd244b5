# sets.R -- the data sets of bench/beside.py, as R writes them with its default settings.
#
#     Rscript bench/sets.R FOLDER
#
# It takes the packages mlbench and kernlab (Debian: r-cran-mlbench, r-cran-kernlab).
library(mlbench)
library(kernlab)

folder <- commandArgs(trailingOnly = TRUE)[1]
data(Sonar, Ionosphere, LetterRecognition, spam, PimaIndiansDiabetes, BreastCancer, BostonHousing)
sets <- list(sonar = Sonar, ionosphere = Ionosphere, letter = LetterRecognition, spam = spam,
             pima = PimaIndiansDiabetes, breastcancer = BreastCancer, boston = BostonHousing)
for (name in names(sets))
    write.csv(sets[[name]], file.path(folder, paste0(name, ".csv")))
