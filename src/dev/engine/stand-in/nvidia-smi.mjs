// Writes an `nvidia-smi` that answers as the real one does (compared with driver 580 on an H200), as a script for any POSIX shell: it has to run in images
// that hold nothing but busybox.
//   -L   --query-gpu=… --format=csv[,noheader][,nounits] [-i ID]   --query-compute-apps=…   -q -x   (nothing: the table)

/** The value of each field of --query-gpu, and its unit where it has one. */
const GPU_FIELDS = {
  index: (gpu) => [gpu.index],
  count: (_, machine) => [machine.gpus.length],
  name: (gpu) => [gpu.name],
  gpu_name: (gpu) => [gpu.name],
  uuid: (gpu) => [gpu.uuid],
  gpu_uuid: (gpu) => [gpu.uuid],
  'pci.bus_id': (gpu) => [gpu.bus],
  gpu_bus_id: (gpu) => [gpu.bus],
  driver_version: (_, machine) => [machine.driver],
  compute_cap: (gpu) => [gpu.computeCapability],
  'memory.total': (gpu) => [gpu.memoryMiB, 'MiB'],
  'memory.used': (gpu) => [gpu.usedMiB, 'MiB'],
  'memory.free': (gpu) => [gpu.memoryMiB - gpu.usedMiB, 'MiB'],
  'utilization.gpu': (gpu) => [gpu.utilizationPercent, '%'],
  'utilization.memory': (gpu) => [gpu.memoryUtilizationPercent, '%'],
  'temperature.gpu': (gpu) => [gpu.temperatureC],
  'power.draw': (gpu) => [gpu.powerW.toFixed(2), 'W'],
  'power.limit': (gpu) => [gpu.powerLimitW.toFixed(2), 'W'],
  pstate: () => ['P2'],
  compute_mode: () => ['Default'],
  persistence_mode: () => ['Disabled'],
  display_active: () => ['Disabled'],
  'mig.mode.current': () => ['[N/A]'],
};

/** Fields of --query-compute-apps: the name in the heading, and the shell variable of the value. */
const APP_FIELDS = {
  pid: ['pid', '$pid'],
  process_name: ['process_name', '$name'],
  name: ['process_name', '$name'],
  used_memory: ['used_gpu_memory [MiB]', '$used'],
  used_gpu_memory: ['used_gpu_memory [MiB]', '$used'],
  gpu_uuid: ['gpu_uuid', '$uuid'],
  gpu_bus_id: ['gpu_bus_id', '$bus'],
  gpu_name: ['gpu_name', '$gpuName'],
};

/**
 * The script for a machine (see gpus.mjs). `processesFile` is read at each call for what runs on the GPUs, one
 * `GPU-index,pid,name,MiB` a line; without it, as in a container, no process is seen.
 */
export function nvidiaSmi(machine, processesFile) {
  const all = { ...machine, gpus: machine.gpus.map((gpu, index) => ({ ...gpu, index })) };
  return `#!/bin/sh
gpus='${all.gpus.map((gpu) => gpu.index).join(' ')}'
select= query= apps= list= full= xml= header=1 units=1

for argument; do
  case "$expects" in select) select=$argument; expects=; continue;; esac
  case "$argument" in
    -L|--list-gpus) list=1;;
    -q|--query) full=1;;
    -x|--xml-format) xml=1;;
    -i|--id) expects=select;;
    -i=*|--id=*) select=\${argument#*=};;
    --query-gpu=*) query=\${argument#*=};;
    --query-compute-apps=*) apps=\${argument#*=};;
    --format=*)
      case ",\${argument#*=}," in *,noheader,*) header=;; esac
      case ",\${argument#*=}," in *,nounits,*) units=;; esac;;
    *) echo "ERROR: Option $argument is not recognized. Please run 'nvidia-smi -h'."; echo; exit 255;;
  esac
done

gpu_of() {
  case "$1" in
${all.gpus.map((gpu) => `    ${gpu.index}|${gpu.uuid}|${gpu.bus}) gpu=${gpu.index};;`).join('\n')}
    *) echo "No devices were found"; exit 6;;
  esac
}
if [ -n "$select" ]; then
  chosen=
  rest=$select,
  while [ -n "$rest" ]; do gpu_of "\${rest%%,*}"; chosen="$chosen $gpu"; rest=\${rest#*,}; done
  gpus=$chosen
fi
if [ -z "$gpus" ]; then echo "No devices were found"; exit 6; fi

value() {
  case "$1:$2" in
${all.gpus.flatMap((gpu) => Object.entries(GPU_FIELDS).map(([field, read]) => valueCase(gpu.index, field, read(gpu, all)))).join('\n')}
  esac
}
heading() {
  case "$1" in
${Object.entries(GPU_FIELDS).map(([field, read]) => headingCase(field, read(all.gpus[0] ?? machine.gpus[0] ?? EMPTY, all))).join('\n')}
    *) echo "Field \\"$1\\" is not a valid field to query."; echo; exit 2;;
  esac
}
app_heading() {
  case "$1" in
${Object.entries(APP_FIELDS).map(([field, [title]]) => `    ${field}) heading='${title}';;`).join('\n')}
    *) echo "Field \\"$1\\" is not a valid field to query."; echo; exit 2;;
  esac
}
app_value() {
  case "$1" in
${Object.entries(APP_FIELDS).map(([field, [, variable]]) => `    ${field}) value="${variable}";;`).join('\n')}
  esac
}

# Prints a line of the fields in $fields, each through the function \$1 with the arguments that follow.
line() {
  text= rest=$fields,
  while [ -n "$rest" ]; do
    field=\${rest%%,*} rest=\${rest#*,}
    field=\${field# }
    case "$1" in
      heading) heading "$field"; part=$heading; [ -n "$units" ] || part=\${part% \\[*};;
      app_heading) app_heading "$field"; part=$heading; [ -n "$units" ] || part=\${part% \\[*};;
      value) value "$2" "$field"; part=$value;;
      app_value) app_value "$field"; part=$value;;
    esac
    text="$text, $part"
  done
  echo "\${text#, }"
}

if [ -n "$query" ]; then
  fields=$query
  titles=$(line heading) || { echo "$titles"; echo; exit 2; }
  [ -z "$header" ] || echo "$titles"
  for gpu in $gpus; do line value "$gpu"; done
elif [ -n "$apps" ]; then
  fields=$apps
  titles=$(line app_heading) || { echo "$titles"; echo; exit 2; }
  [ -z "$header" ] || echo "$titles"
${processesFile === undefined ? '' : readProcesses(processesFile)}
elif [ -n "$list" ]; then
  for gpu in $gpus; do
    value "$gpu" name; name=$value
    value "$gpu" uuid; echo "GPU $gpu: $name (UUID: $value)"
  done
elif [ -n "$full" ] && [ -n "$xml" ]; then
  while IFS= read -r text; do echo "$text"; done <<'END'
${xml(all)}
END
else
  while IFS= read -r text; do echo "$text"; done <<'END'
${table(all)}
END
fi
`;
}

const EMPTY = { powerW: 0, powerLimitW: 0 };

function valueCase(index, field, [value, unit]) {
  const full = unit === undefined ? `value='${value}'` : `value='${value}'; [ -z "$units" ] || value='${value} ${unit}'`;
  return `    ${index}:${field}) ${full};;`;
}

function headingCase(field, [, unit]) {
  return `    ${field}) heading='${field}${unit === undefined ? '' : ` [${unit}]`}';;`;
}

function readProcesses(file) {
  return `  while IFS=, read -r index pid name used; do
    case " $gpus " in *" $index "*) ;; *) continue;; esac
    [ -z "$units" ] || used="$used MiB"
    value "$index" uuid; uuid=$value
    value "$index" pci.bus_id; bus=$value
    value "$index" name; gpuName=$value
    line app_value
  done < '${file}'`;
}

function xml({ driver, cuda, gpus }) {
  const blocks = gpus.map(
    (gpu) => `	<gpu id="${gpu.bus}">
		<product_name>${gpu.name}</product_name>
		<uuid>${gpu.uuid}</uuid>
		<fb_memory_usage>
			<total>${gpu.memoryMiB} MiB</total>
			<used>${gpu.usedMiB} MiB</used>
			<free>${gpu.memoryMiB - gpu.usedMiB} MiB</free>
		</fb_memory_usage>
		<utilization>
			<gpu_util>${gpu.utilizationPercent} %</gpu_util>
			<memory_util>${gpu.memoryUtilizationPercent} %</memory_util>
		</utilization>
		<processes>
		</processes>
	</gpu>
`,
  );
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
	<timestamp>Fri Nov 20 12:00:00 2026</timestamp>
	<driver_version>${driver}</driver_version>
	<cuda_version>${cuda}</cuda_version>
	<attached_gpus>${gpus.length}</attached_gpus>
${blocks.join('')}</nvidia_smi_log>`;
}

function table({ driver, cuda, gpus }) {
  const edge = `+${'-'.repeat(89)}+`;
  const rule = '|-----------------------------------------+------------------------+----------------------+';
  const rows = gpus.map((gpu) => {
    const power = `${Math.round(gpu.powerW)}W / ${String(Math.round(gpu.powerLimitW)).padStart(4)}W`.padStart(15);
    const memory = `${gpu.usedMiB}MiB / ${String(gpu.memoryMiB).padStart(6)}MiB`.padStart(22);
    return [
      `|${String(gpu.index).padStart(4)}  ${gpu.name.padEnd(25)}      Off |   ${gpu.bus} Off |                  Off |`,
      `| 30%  ${String(gpu.temperatureC).padStart(3)}C    P2            ${power} | ${memory} |${String(gpu.utilizationPercent).padStart(7)}%      Default |`,
      '|                                         |                        |                  N/A |',
      '+-----------------------------------------+------------------------+----------------------+',
    ].join('\n');
  });
  return `Fri Nov 20 12:00:00 2026       
${edge}
| NVIDIA-SMI ${driver.padEnd(22)} Driver Version: ${driver.padEnd(14)} CUDA Version: ${cuda.padEnd(8)} |
${rule}
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
${rows.join('\n')}
                                                                                         
${edge}
| Processes:                                                                              |
|  GPU   GI   CI        PID   Type   Process name                              GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|  No running processes found                                                             |
${edge}`;
}
