# cmake -DSOURCE=<folder of package.json> -DFOLDER=<where to install> -P install.cmake
file(MAKE_DIRECTORY ${FOLDER})
file(SHA256 ${SOURCE}/package.json wanted)
set(stamp ${FOLDER}/installed)
if(EXISTS ${stamp})
  file(READ ${stamp} installed)
  if(installed STREQUAL wanted)
    return()
  endif()
endif()

file(COPY ${SOURCE}/package.json DESTINATION ${FOLDER})
execute_process(
  COMMAND npm install --no-audit --no-fund --no-package-lock --prefer-offline --loglevel=error
  WORKING_DIRECTORY ${FOLDER}
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm install failed in ${FOLDER}: ${result}")
endif()
# The packages of Node.js have their binaries in .bin under the one name "node": npx, which puts that
# folder first on PATH, would run whichever was linked last.
file(REMOVE ${FOLDER}/node_modules/.bin/node)
file(WRITE ${stamp} ${wanted})
